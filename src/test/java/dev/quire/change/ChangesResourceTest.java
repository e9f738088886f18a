package dev.quire.change;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Metrics;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of all rows, kept up to date by the changes. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ChangesResourceTest {
    @Test
    void copyFollowsCreationsUpdatesAndDeletions() throws Exception {
        Account ada = Account.create();
        int post = ada.post("First", ada.categories("Change " + System.nanoTime(), 2));
        var copy = new DeviceCopy();
        copy.sync(7);
        copy.assertEqualToDatabase();
        assertTrue(copy.rows().containsKey("post " + post));

        // Nothing is read twice.
        assertEquals(0, copy.sync(200));

        ada.request("{\"title\": \"Second\", \"content\": \"Other\"}").put("/posts/" + post);
        assertEquals(1, copy.sync(200));
        copy.assertEqualToDatabase();

        // The cascade deletes the links.
        ada.request().delete("/posts/" + post).then().statusCode(204);
        assertEquals(3, copy.sync(1));
        assertFalse(copy.rows().containsKey("post " + post));
        copy.assertEqualToDatabase();
    }

    @Test
    void manualSqlIsRecorded() throws Exception {
        Account ada = Account.create();
        List<Integer> categories = ada.categories("By hand " + System.nanoTime(), 2);
        int post = ada.post("By hand", categories.subList(0, 1));
        var copy = new DeviceCopy();
        copy.sync(1000);

        Database.execute("update posts set title = 'Typed' where id = ?", post);
        Database.execute("update post_categories set category_id = ? where post_id = ?", categories.get(1), post);
        Database.execute("update users set name = 'Typed' where id = ?", ada.id());

        assertEquals(4, copy.sync(1000));
        copy.assertEqualToDatabase();
    }

    @Test
    void editsDoNotEnlargeTheTable() {
        Account ada = Account.create();
        List<Integer> categories = ada.categories("Edited " + System.nanoTime(), 2);
        int post = ada.post("Edited", categories.subList(0, 1));
        String link = "/posts/" + post + "/categories/" + categories.get(1);
        ada.request().put(link).then().statusCode(204);
        String rows = "select count(*) from changes";
        long before = Database.count(rows);
        for (int i = 0; i < 5; i++) {
            ada.request("{\"title\": \"Edit " + i + "\", \"content\": \"Other\"}")
                    .put("/posts/" + post)
                    .then()
                    .statusCode(200);
            ada.request().delete(link).then().statusCode(204);
            ada.request().put(link).then().statusCode(204);
        }
        assertEquals(before, Database.count(rows));
    }

    @Test
    void longTransactionIsNotMissed() throws Exception {
        Account ada = Account.create();
        int early = ada.post("Early", List.of());
        int late = ada.post("Late", List.of());
        var copy = new DeviceCopy();
        copy.sync(1000);

        try (Connection connection = Database.lock("select id from posts where id = ? for update", early)) {
            try (var statement = connection.createStatement()) {
                statement.executeUpdate("update posts set title = 'Held' where id = " + early);
            }
            ada.request("{\"title\": \"Quick\", \"content\": \"C\"}").put("/posts/" + late);
            copy.sync(1000);
            assertEquals("Early", copy.rows().get("post " + early).get("title").asText());
            connection.commit();
        }

        copy.sync(1000);
        assertEquals("Held", copy.rows().get("post " + early).get("title").asText());
        assertEquals("Quick", copy.rows().get("post " + late).get("title").asText());
        copy.assertEqualToDatabase();
    }

    @Test
    void userOfAnotherIsNotSent() {
        Account ada = Account.create();
        Account.create();
        var copy = new DeviceCopy(ada::request);
        copy.sync(1000);

        List<String> users = copy.rows().keySet().stream()
                .filter(key -> key.startsWith("user "))
                .toList();
        assertEquals(List.of("user " + ada.id()), users);
        assertEquals(
                ada.email(), copy.rows().get("user " + ada.id()).get("email").asText());

        ada.request("{\"address\": {\"city\": \"Elsewhere\"}}")
                .contentType("application/merge-patch+json")
                .patch("/users/" + ada.id())
                .then()
                .statusCode(200);
        assertEquals(1, copy.sync(1000));
        assertEquals(
                "Elsewhere",
                copy.rows().get("user " + ada.id()).get("address").get("city").asText());
        given().get("/changes?kinds=user").then().statusCode(401);
    }

    @Test
    void kindsParameterSelectsTheKinds() {
        Account ada = Account.create();
        var copy = new DeviceCopy(() -> given().queryParam("kinds", "author"));
        copy.sync(1000);
        ada.post("Not read", List.of());

        assertEquals(0, copy.sync(1000));
        assertTrue(copy.rows().keySet().stream().allMatch(key -> key.startsWith("author ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "since=x",
                "since=00000000-zzzzzzzzzzzzz-0",
                "kinds=posts",
                "kinds=post,",
                "limit=0",
                "limit=1001",
                "limit=x"
            })
    void malformedParameterIsRefused(String query) {
        given().get("/changes?" + query).then().statusCode(400).body("errors", hasSize(1));
    }

    @Test
    void positionOfAnotherDatabaseIsGone() {
        given().get("/changes?since=00000000-1-1")
                .then()
                .statusCode(410)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:quire:problem:position-lost"));
    }

    @Test
    void unchangedPageIsNotModified() {
        var copy = new DeviceCopy();
        copy.sync(1000);
        String tag = given().get("/changes?since=" + copy.position()).header("ETag");

        given().header("If-None-Match", tag)
                .accept(ContentType.JSON)
                .get("/changes?since=" + copy.position())
                .then()
                .statusCode(304);
    }

    @Test
    void pageOfLongRowsEndsEarly() throws Exception {
        Account ada = Account.create();
        var copy = new DeviceCopy();
        copy.sync(1000);
        String content = "x".repeat(99_999);
        for (int i = 0; i < 12; i++) {
            ada.request("{\"title\": \"Long\", \"content\": \"" + content + "\"}")
                    .post("/posts");
        }

        JsonNode page = copy.read(1000);
        assertEquals(11, page.get("changes").size());
        assertTrue(page.get("more").asBoolean());
        assertEquals(12, copy.sync(1000));
        copy.assertEqualToDatabase();
    }

    @Test
    void longTextsBeyondAPageAreNotRead() throws Exception {
        Account ada = Account.create();
        var copy = new DeviceCopy();
        copy.sync(1000);
        Database.execute(
                "insert into posts (title, content, author_id) select 'Long', content, ? from generate_series(1, 200),"
                        + " (select string_agg(md5(n::text), '') content from generate_series(1, 3100) n)",
                ada.id());
        String blocks = "select sum(shared_blks_hit + shared_blks_read) from pg_stat_statements"
                + " where query like 'with history as %' and query not like 'select%'";
        try {
            long before = Database.count(blocks);
            assertEquals(11, copy.read(1000).get("changes").size());
            long read = Database.count(blocks) - before;
            // Each text has more than 50.
            assertTrue(read > 500 && read < 5000, "blocks: " + read);
        } finally {
            Database.execute("delete from posts where author_id = ?", ada.id());
        }
    }

    @Test
    void metricsShowTheOldestTransaction() throws Exception {
        String series = "changes_horizon_age_seconds";
        Account ada = Account.create();
        try (Connection connection = Database.lock("select pg_current_xact_id()")) {
            // It holds back everything that is committed after its start.
            ada.post("Held back", List.of());
            Metrics.await(series, age -> age > 0.5);
            connection.rollback();
        }
        Metrics.await(series, age -> age == 0);
    }
}
