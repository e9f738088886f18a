package dev.quire.json;

import static dev.quire.environment.Refusal.problem;
import static dev.quire.environment.Refusal.withoutTrace;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies of a megabyte that would take minutes, or all of the memory, unless refused before they are processed. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class LimitsResourceTest {
    /** Refusals take milliseconds; processing took seconds at least, on any machine. */
    private static final Duration TIME_LIMIT = Duration.ofSeconds(5);

    private static final String MARKS = "a" + "\u0315".repeat(120_000) + "\u0300".repeat(120_000);

    private static Account ada;

    private static Account ada() {
        if (ada == null) {
            ada = Account.register();
        }
        return ada;
    }

    private static String repeated(int times, String element) {
        return Stream.generate(() -> element).limit(times).collect(Collectors.joining(","));
    }

    private static String members(int count, String value) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"m" + i + "\":" + value)
                .collect(Collectors.joining(","));
    }

    static Stream<Arguments> tooMuch() {
        String post = "{\"title\":\"T\",\"content\":\"C\",\"categories\":[%s]}";
        String patch = "[{\"method\":\"PATCH\",\"path\":\"/posts/1\",\"body\":{%s}}]";
        String headers = "[{\"method\":\"PATCH\",\"path\":\"/posts/1\",\"body\":{},\"headers\":{%s}}]";
        return Stream.of(
                Arguments.of("POST", "/batch", "[" + repeated(300_000, "{}") + "]", ""),
                Arguments.of("POST", "/batch", "[" + repeated(300_000, "7") + "]", ""),
                Arguments.of("POST", "/batch", patch.formatted(members(60_000, "{}")), "/"),
                Arguments.of("POST", "/batch", headers.formatted(members(60_000, "\"a\"")), "/"),
                Arguments.of("POST", "/batch", headers.formatted(members(12_000, "\"a\"")), "/0/headers/m"),
                Arguments.of("POST", "/posts", post.formatted(repeated(110_000, "{\"x\":1}")), "/categories"),
                Arguments.of("POST", "/posts", post.formatted(repeated(300_000, "[]")), "/categories"),
                Arguments.of("POST", "/posts", "{" + members(60_000, "1") + "}", ""),
                Arguments.of("POST", "/posts", "{" + members(240, "1") + "}", "/m"),
                Arguments.of("POST", "/authentication/register", "{" + members(60_000, "1") + "}", ""),
                Arguments.of("POST", "/authentication/register", "{" + members(240, "null") + "}", "/m"),
                Arguments.of("POST", "/authentication/register", "{" + members(50_000, "{\"a\":[]}") + "}", ""),
                Arguments.of("PATCH", "/posts/1", "{" + members(60_000, "null") + "}", ""),
                Arguments.of("PATCH", "/users/1", "{\"address\":[" + repeated(300_000, "{}") + "]}", ""),
                Arguments.of("PUT", "/posts/1/categories", "[" + repeated(110_000, "{\"x\":1}") + "]", ""),
                Arguments.of("PUT", "/users/1/roles", "[" + repeated(110_000, "\"root\"") + "]", ""),
                Arguments.of("POST", "/posts", "{\"title\":" + "9".repeat(1_000_000) + "}", "/title"),
                Arguments.of("PATCH", "/posts/1", "{\"title\":0." + "9".repeat(1_000_000) + "}", "/title"),
                Arguments.of("POST", "/posts", "{\"title\":\"T\",\"" + "n".repeat(50_001) + "\":1}", ""),
                Arguments.of("PATCH", "/posts/1", "{\"" + "n".repeat(1_000_000) + "\":1}", ""));
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void oversizedBodyIsRefusedWithAtMostAHundredViolations(String method, String path, String body, String pointer) {
        assertTimeout(TIME_LIMIT, () -> {
            Account caller = path.endsWith("roles") ? Account.admin() : ada();
            Response refusal = caller.request()
                    .contentType("application/json")
                    .body(body.getBytes(UTF_8))
                    .request(method, path);

            refusal.then().spec(problem(422));
            assertTrue(refusal.asByteArray().length < 50_000, () -> "an answer of " + refusal.asByteArray().length);
            int violations = refusal.path("errors.size()");
            assertTrue(violations >= 1 && violations <= 100, () -> violations + " violations");
            String first = refusal.path("errors.pointer.find { it.startsWith('%s') }".formatted(pointer));
            assertTrue(first != null, refusal::asString);
        });
    }

    /**
     * More than the 500 tokens of one object, and fewer than those of a batch: not read far enough for a hundred
     * violations.
     */
    @Test
    void objectWithTooManyTokensIsRefusedAsAWhole() {
        String members = "{" + members(300, "1") + "}";
        for (String path : new String[] {"/posts", "/authentication/register"}) {
            ada().request(members).post(path).then().spec(problem(422)).body("errors.pointer", contains(""));
        }
        ada().request(members)
                .patch("/posts/{id}", ada().post("Kept"))
                .then()
                .spec(problem(422))
                .body("errors.pointer", contains(""));
    }

    @Test
    void largestAllowedBatchIsRead() {
        String operation =
                "{\"method\":\"PATCH\",\"path\":\"/posts/%d\",\"headers\":{\"If-Match\":\"*\"},\"id\":\"o%d\",\"body\":{\"title\":\"T\",\"content\":\"C\",\"categories\":{\"connect\":[%s],\"disconnect\":[%s]}}}";
        int post = ada().post("Full");
        String some = ada().categories("Limits " + System.nanoTime(), 20).stream()
                .map("{\"id\":%d}"::formatted)
                .collect(Collectors.joining(","));
        String batch = IntStream.range(0, 100)
                .mapToObj(i -> operation.formatted(post, i, some, some))
                .collect(Collectors.joining(",", "[", "]"));

        ada().request(batch).post("/batch").then().statusCode(200).body("status", hasSize(100));
    }

    /** Every member that takes a password, an email, a name or a token. */
    static Stream<Arguments> texts() {
        String user = "{\"email\":\"%s\",\"name\":\"%s\",\"password\":\"%s\"}";
        String fine = "an unusual enough password";
        String address = "{\"street\":\"S\",\"city\":\"C\",\"country\":\"C\",\"user\":%s}";
        String token = "{\"refreshToken\":\"%s\"}";
        return Stream.of(
                Arguments.of(422, "POST", "/authentication/register", user.formatted("a@b.c", "N", MARKS)),
                Arguments.of(422, "POST", "/authentication/register", user.formatted("a@" + MARKS, "N", fine)),
                Arguments.of(422, "POST", "/authentication/register", user.formatted(MARKS + "@b.c", "N", fine)),
                Arguments.of(422, "POST", "/authentication/register", user.formatted("a@b.c", MARKS, fine)),
                Arguments.of(422, "POST", "/users", user.formatted("a@b.c", "N", MARKS)),
                Arguments.of(422, "POST", "/users", user.formatted("a@" + MARKS, "N", fine)),
                Arguments.of(422, "POST", "/addresses", address.formatted(user.formatted("a@b.c", "N", MARKS))),
                Arguments.of(
                        422,
                        "PUT",
                        "/users/{admin}/password",
                        "{\"current\":\"%s\",\"new\":\"%s\"}".formatted(MARKS, fine)),
                Arguments.of(
                        422,
                        "PUT",
                        "/users/{admin}/password",
                        "{\"current\":\"%s\",\"new\":\"%s\"}".formatted(fine, MARKS)),
                Arguments.of(422, "PATCH", "/users/{admin}", "{\"email\":\"a@%s\"}".formatted(MARKS)),
                Arguments.of(422, "POST", "/categories", "{\"name\":\"%s\"}".formatted(MARKS)),
                Arguments.of(422, "POST", "/posts", "{\"title\":\"%s\",\"content\":\"C\"}".formatted(MARKS)),
                Arguments.of(
                        422,
                        "POST",
                        "/posts",
                        "{\"title\":\"T\",\"content\":\"C\",\"categories\":[{\"name\":\"%s\"}]}".formatted(MARKS)),
                Arguments.of(
                        422,
                        "POST",
                        "/batch",
                        "[{\"method\":\"PUT\",\"path\":\"/categories/named/%s\"}]".formatted(MARKS)),
                Arguments.of(
                        422,
                        "POST",
                        "/batch",
                        "[{\"method\":\"%s\",\"path\":\"/posts\",\"id\":\"%s\"}]".formatted(MARKS, MARKS)),
                Arguments.of(
                        422,
                        "POST",
                        "/batch",
                        "[{\"method\":\"DELETE\",\"path\":\"/posts/1\",\"headers\":{\"If-Match\":\"%s\"}}]"
                                .formatted("\\\"a\\\",".repeat(100_000))),
                Arguments.of(401, "POST", "/authentication/refresh", token.formatted("A".repeat(700_000))),
                Arguments.of(204, "POST", "/authentication/log-out", token.formatted("A".repeat(700_000))));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void tooLongTextIsAnsweredQuickly(int status, String method, String path, String body) {
        assertTimeout(
                TIME_LIMIT,
                () -> Account.admin()
                        .request(body)
                        .request(
                                method,
                                path.replace("{admin}", "" + Account.admin().id()))
                        .then()
                        .statusCode(status));
    }

    @Test
    void tooLongCredentialsAreAnsweredLikeWrongOnes() {
        String wrong = logIn(ada().email(), "another password");

        assertTimeout(TIME_LIMIT, () -> {
            for (String password : new String[] {MARKS, "x".repeat(257), "x".repeat(2_049), ""}) {
                String refusal = logIn(ada().email(), password);
                assertTrue(refusal.equals(wrong), refusal);
            }
            assertTrue(logIn(MARKS + "@quire.test", Account.PASSWORD).equals(wrong));
            assertTrue(logIn("a@" + MARKS, Account.PASSWORD).equals(wrong));
        });
    }

    private static String logIn(String email, String password) {
        String refusal = given().contentType("application/json")
                .body(Map.of("email", email, "password", password))
                .post("/authentication/log-in")
                .then()
                .spec(problem(401))
                .extract()
                .asString();
        return withoutTrace(refusal);
    }

    @Test
    void passwordOf256CharactersMayHaveFourTimesAsManyCodeUnits() {
        String email = "limits-" + System.nanoTime() + "@quire.test";
        String decomposed = "\u03b1\u0313\u0300\u0345";
        String start = "x7#kQp!z";

        register(email, start + decomposed.repeat(249))
                .then()
                .spec(problem(422))
                .body("errors.pointer", hasItem("/password"));
        register(email, start + decomposed.repeat(248)).then().statusCode(201);
        given().contentType("application/json")
                .body(Map.of("email", email, "password", start + "\u1f82".repeat(248)))
                .post("/authentication/log-in")
                .then()
                .statusCode(200);
    }

    private static Response register(String email, String password) {
        return given().contentType("application/json")
                .body(Map.of("email", email, "name", "N", "password", password))
                .post("/authentication/register");
    }

    @Test
    void malformedJsonIsReportedWithItsLine() {
        ada().request("{\"title\":\n  nonsense}")
                .post("/posts")
                .then()
                .spec(problem(400))
                .body("errors[0].pointer", equalTo(""))
                .body("errors[0].detail", containsString("line 2"));
    }
}
