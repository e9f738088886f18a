package dev.quire.query;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.category.CategoryService;
import dev.quire.comment.CommentService;
import dev.quire.database.DatabasePool;
import dev.quire.http.Cursor;
import dev.quire.http.FieldParameters;
import dev.quire.post.PostFilter;
import dev.quire.post.PostService;
import dev.quire.query.PagedCollection.Order;
import dev.quire.user.AddressService;
import dev.quire.user.UserService;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The plans of PostgreSQL for a page out of 2,000,000 posts: they use indexes, and the rows read grow neither with the
 * number of posts nor with the depth of the page. Takes minutes, and is not part of the everyday build: see
 * CONTRIBUTING.md.
 */
@Tag("large")
@TestInstance(Lifecycle.PER_CLASS)
class PlansTest {
    private static final int POSTS = 2_000_000;
    private static final int LIMIT = 20;

    /** The offset of page 10,000, or of the last page. */
    private static final int DEEP_OFFSET = 9_999 * LIMIT;

    /**
     * The rows of a page, one more to see whether there is a next page, one of an index for each; and for each its
     * author and three links.
     */
    private static final int ROWS_OF_A_PAGE = (LIMIT + 1) * (2 + 1 + 3);

    /**
     * Without an index of both filter and sort, PostgreSQL either walks over the rows in order until it has a page, or
     * sorts the filtered rows, whichever costs less: the first depends on the share of filtered rows and not on their
     * number, the second is small where that share is.
     */
    private static final int ROWS_OF_A_WALK = POSTS / 25;

    private static final Representations REPRESENTATIONS = new Representations(List.of(
            PostService.POSTS.representation(),
            CategoryService.CATEGORIES.representation(),
            UserService.USERS.representation(),
            UserService.AUTHOR,
            AddressService.ADDRESSES.representation(),
            CommentService.COMMENTS.representation()));

    private EmbeddedPostgres postgres;
    private Connection connection;

    @BeforeAll
    void fill() throws IOException, SQLException {
        postgres = EmbeddedPostgres.start();
        Flyway.configure().dataSource(postgres.getPostgresDatabase()).load().migrate();
        connection = postgres.getPostgresDatabase().getConnection();
        String data = Files.readString(Path.of("src", "bench", "data.sql"));
        execute(data.replace(":posts", Integer.toString(POSTS)));
        execute("vacuum analyze");
    }

    @AfterAll
    void stop() throws SQLException, IOException {
        connection.close();
        postgres.close();
    }

    record Case(String name, PagedCollection collection, String sort, Filter filter, int bound) {
        @Override
        public String toString() {
            return name + " by " + sort;
        }
    }

    static Stream<Case> pages() {
        Stream<Case> posts = PostService.POSTS.sorts().stream().flatMap(sort -> {
            // The index of a category has the time of its posts, and not their titles.
            int category = sort.endsWith("createdAt") ? ROWS_OF_A_PAGE : ROWS_OF_A_WALK;
            return Stream.of(
                    post("all", sort, filter(null, null, null, null, null, null, null), ROWS_OF_A_PAGE),
                    post("author", sort, filter(List.of(5L), null, null, null, null, null, null), ROWS_OF_A_PAGE),
                    post(
                            "many authors",
                            sort,
                            filter(ids(1, 20), null, null, null, null, null, null),
                            20 * (LIMIT + 1) + ROWS_OF_A_PAGE),
                    post("category", sort, filter(null, List.of(7L), null, null, null, null, null), category),
                    post(
                            "many categories",
                            sort,
                            filter(null, ids(1, 20), null, null, null, null, null),
                            sort.endsWith("createdAt") ? 40 * (LIMIT + 1) + ROWS_OF_A_PAGE : ROWS_OF_A_WALK),
                    post(
                            "categoryAll",
                            sort,
                            filter(null, null, List.of(7L, 24L), null, null, null, null),
                            ROWS_OF_A_WALK),
                    post("categoryNone", sort, filter(null, null, null, ids(1, 20), null, null, null), ROWS_OF_A_WALK),
                    post("common word", sort, filter(null, null, null, null, "lorem", null, null), ROWS_OF_A_WALK),
                    post("word", sort, filter(null, null, null, null, "word77", null, null), ROWS_OF_A_WALK),
                    post("rare word", sort, filter(null, null, null, null, "1234567", null, null), ROWS_OF_A_WALK),
                    post("createdAfter", sort, created("2022-01-01T00:00:00Z", null), ROWS_OF_A_WALK),
                    post("createdBefore", sort, created(null, "2022-01-01T00:00:00Z"), ROWS_OF_A_WALK),
                    post("a day", sort, created("2022-01-01T00:00:00Z", "2022-01-02T00:00:00Z"), ROWS_OF_A_WALK),
                    post(
                            "author and category",
                            sort,
                            filter(List.of(5L), List.of(7L), null, null, null, null, null),
                            ROWS_OF_A_WALK),
                    post(
                            "category before",
                            sort,
                            filter(null, List.of(7L), null, null, null, null, Instant.parse("2020-03-01T00:00:00Z")),
                            ROWS_OF_A_WALK),
                    post(
                            "nothing",
                            sort,
                            filter(null, null, List.of(7L, 8L), null, "nothing", null, null),
                            ROWS_OF_A_WALK));
        });
        Stream<Case> others = Stream.of(CategoryService.CATEGORIES, UserService.USERS, AddressService.ADDRESSES)
                .flatMap(collection -> collection.sorts().stream()
                        .map(sort -> new Case(
                                collection.representation().name(),
                                collection,
                                sort,
                                Filter.ALL_ROWS,
                                ROWS_OF_A_PAGE)));
        return Stream.concat(posts, others);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void pageReadsABoundedNumberOfRows(Case page) throws SQLException, IOException {
        Order order = page.collection.order(page.sort);
        Projection projection = REPRESENTATIONS.select(page.collection.representation(), FieldParameters.STANDARD);
        for (Cursor from :
                new Cursor[] {null, place(page, order, DEEP_OFFSET, true), place(page, order, DEEP_OFFSET, false)}) {
            JsonNode plan = plan(QueryBuilder.rows(projection, order, from, LIMIT + 1, Integer.MAX_VALUE, page.filter));

            String failure = (from == null ? "first: " : "deep: ") + plan.toPrettyString();
            double read = rows(plan.get("Plan"));
            assertTrue(read <= page.bound, () -> read + " rows, " + failure);
            assertFalse(scans(plan.get("Plan"), "posts"), failure);
            assertFalse(scans(plan.get("Plan"), "post_categories"), failure);
        }
    }

    /** Returns the place of a row at this depth of the list, or of the last one but a page. */
    private Cursor place(Case page, Order order, int depth, boolean whole) throws SQLException {
        var count = QueryBuilder.count(page.collection.representation(), page.filter);
        long rows;
        try (ResultSet counted = execute(execution(count))) {
            counted.next();
            rows = counted.getLong(1);
        }
        long offset = Math.max(0, Math.min(depth, rows - LIMIT - 1));
        var id = SqlText.ofStatement()
                .add("select r0.id, cast(" + order.column("r0") + " as text) from (" + "select * from "
                        + page.collection.representation().table() + " r0");
        String and = " where ";
        for (Filter.Condition condition : page.filter.all()) {
            id.add(and + condition.sql(), condition.values());
            and = " and ";
        }
        id.add(") r0 order by " + order.sql(order.column("r0"), "r0.id") + " offset " + offset + " limit 1 "
                + DatabasePool.PLANNED_ANEW);
        try (ResultSet found = execute(execution(id))) {
            return found.next() ? new Cursor(false, found.getLong(1), found.getString(2), whole) : null;
        }
    }

    private JsonNode plan(SqlText statement) throws SQLException, IOException {
        try (ResultSet plan = execute("explain (analyze, buffers, format json) " + execution(statement))) {
            plan.next();
            return new ObjectMapper().readTree(plan.getString(1)).get(0);
        }
    }

    /**
     * Prepares the statement as the service does, for its values or for any, and returns the command that executes it.
     */
    private String execution(SqlText statement) throws SQLException {
        boolean anew = statement.sql().contains(DatabasePool.PLANNED_ANEW);
        execute("set plan_cache_mode = force_" + (anew ? "custom" : "generic") + "_plan");
        execute("deallocate all");
        execute("prepare reading as " + statement.sql());
        return "execute reading"
                + (statement.values().isEmpty()
                        ? ""
                        : statement.values().stream()
                                .map(PlansTest::literal)
                                .collect(Collectors.joining(", ", "(", ")")));
    }

    private static String literal(Object value) {
        return value instanceof Long[] ids
                ? Stream.of(ids).map(String::valueOf).collect(Collectors.joining(",", "'{", "}'"))
                : "'" + value.toString().replace("'", "''") + "'";
    }

    /**
     * Counts all rows that the scans of a plan read, whether they kept them or not, without those of the few
     * categories.
     */
    private static double rows(JsonNode node) {
        double rows = 0;
        if (node.get("Node Type").asText().contains("Scan")
                && !node.path("Relation Name").asText("categories").equals("categories")) {
            rows = (node.path("Actual Rows").asDouble()
                            + node.path("Rows Removed by Filter").asDouble()
                            + node.path("Rows Removed by Index Recheck").asDouble())
                    * node.get("Actual Loops").asDouble();
        }
        for (JsonNode below : node.path("Plans")) {
            rows += rows(below);
        }
        return rows;
    }

    private static boolean scans(JsonNode node, String table) {
        if (node.get("Node Type").asText().equals("Seq Scan")
                && node.get("Relation Name").asText().equals(table)) {
            return true;
        }
        for (JsonNode below : node.path("Plans")) {
            if (scans(below, table)) {
                return true;
            }
        }
        return false;
    }

    private ResultSet execute(String sql) throws SQLException {
        java.sql.Statement statement = connection.createStatement();
        statement.closeOnCompletion();
        return statement.execute(sql) ? statement.getResultSet() : null;
    }

    private static Case post(String name, String sort, Filter filter, int bound) {
        return new Case(name, PostService.POSTS, sort, filter, bound);
    }

    private static Filter created(String after, String before) {
        return Filter.created(
                PostService.POSTS.representation(),
                after == null ? null : Instant.parse(after),
                before == null ? null : Instant.parse(before));
    }

    private static Filter filter(
            List<Long> author,
            List<Long> category,
            List<Long> all,
            List<Long> none,
            String q,
            Instant after,
            Instant before) {
        return new PostFilter(author, category, all, none, q, after, before).toFilter();
    }

    private static List<Long> ids(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(Long::valueOf).toList();
    }
}
