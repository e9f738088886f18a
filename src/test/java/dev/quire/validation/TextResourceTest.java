package dev.quire.validation;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.oneOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Environment.class)
class TextResourceTest {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static Account ada;

    /** Every text member of the API, its request, and the status of a success. */
    enum Member {
        TITLE("/title", 200, "POST", "/posts", "{\"title\": %s, \"content\": \"C\"}"),
        CONTENT("/content", 100_000, "POST", "/posts", "{\"title\": \"T\", \"content\": %s}"),
        NAME(
                "/name",
                100,
                "POST",
                "/authentication/register",
                "{\"name\": %s, \"email\": \"NEW\", \"password\": \"an unusual enough password\"}"),
        STREET("/street", 200, "PUT", "/users/SELF/address", "{\"street\": %s, \"city\": \"C\", \"country\": \"C\"}"),
        CITY("/city", 100, "PUT", "/users/SELF/address", "{\"street\": \"S\", \"city\": %s, \"country\": \"C\"}"),
        COUNTRY("/country", 100, "PUT", "/users/SELF/address", "{\"street\": \"S\", \"city\": \"C\", \"country\": %s}"),
        CATEGORY("/name", 50, "POST", "/categories", "{\"name\": %s}"),
        CATEGORY_OF_POST(
                "/categories/0/name",
                50,
                "POST",
                "/posts",
                "{\"title\": \"T\", \"content\": \"C\", \"categories\": [{\"name\": %s}]}"),
        PATCHED_TITLE("/title", 200, "PATCH", "/posts/OWN", "{\"title\": %s}"),
        PATCHED_CONTENT("/content", 100_000, "PATCH", "/posts/OWN", "{\"content\": %s}"),
        PATCHED_NAME("/name", 100, "PATCH", "/users/SELF", "{\"name\": %s}"),
        PATCHED_CITY(
                "/address/city",
                100,
                "PATCH",
                "/users/SELF",
                "{\"address\": {\"street\": \"S\", \"city\": %s, \"country\": \"C\"}}"),
        PASSWORD(
                "/password",
                256,
                "POST",
                "/authentication/register",
                "{\"name\": \"N\", \"email\": \"NEW\", \"password\": %s}");

        final String pointer;
        final int max;
        final String method;
        final String path;
        final String body;

        Member(String pointer, int max, String method, String path, String body) {
            this.pointer = pointer;
            this.max = max;
            this.method = method;
            this.path = path;
            this.body = body;
        }

        /** Sends a request with this JSON as the text. */
        Response send(String json) {
            if (ada == null) {
                ada = Account.register();
            }
            String target = path.replace("SELF", "" + ada.id());
            if (target.contains("OWN")) {
                target = target.replace("OWN", "" + ada.post("Own"));
            }
            String email = "text-" + NUMBER.incrementAndGet() + "-" + System.nanoTime() + "@quire.test";
            return ada.request(body.formatted(json).replace("NEW", email)).request(method, target);
        }

        void refuses(String json) {
            send(json).then().spec(problem(422)).body("errors.pointer", contains(pointer));
        }

        void takes(String json) {
            send(json)
                    .then()
                    .statusCode(path.endsWith("address") || method.equals("PATCH") ? oneOf(200, 201) : equalTo(201));
        }

        /**
         * Returns a unique text of this many code points, which is also a valid password, with six bytes for two code
         * points.
         */
        String text(int codePoints) {
            String unique = "x7#kQp!z" + NUMBER.incrementAndGet();
            return unique + "\uD834\uDD1E".repeat(codePoints - unique.length() - 1) + "\u00e9";
        }
    }

    @ParameterizedTest
    @EnumSource(Member.class)
    void controlCharactersAreRefused(Member member) {
        for (int control : new int[] {0, 1, 7, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f}) {
            member.refuses("\"unusual \\u%04x control\"".formatted(control));
        }
    }

    @ParameterizedTest
    @EnumSource(Member.class)
    void unpairedSurrogatesAreRefused(Member member) {
        for (String half : new String[] {"\\ud800", "\\udbff end", "\\udc00", "\\ude00\\ud83d"}) {
            member.refuses("\"unusual half " + half + "\"");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Member.class, mode = Mode.MATCH_NONE, names = ".*CONTENT")
    void lineBreaksAndTabsAreAllowedInContentOnly(Member member) {
        member.refuses("\"unusual\\ttab\"");
        member.refuses("\"unusual\\nbreak\"");
        member.refuses("\"unusual\\r\\nbreak\"");
    }

    @ParameterizedTest
    @EnumSource(value = Member.class, mode = Mode.MATCH_ANY, names = ".*CONTENT")
    void lineBreaksAndTabsInContentAreKept(Member member) {
        member.send("\"one\\ntwo\\r\\n\\tthree\\r\"").then().body("content", equalTo("one\ntwo\r\n\tthree\r"));
    }

    @ParameterizedTest
    @EnumSource(Member.class)
    void textOfTheMaximumLengthInCodePointsIsAccepted(Member member) {
        member.takes('"' + member.text(member.max) + '"');
    }

    @ParameterizedTest
    @EnumSource(Member.class)
    void textOverTheMaximumLengthInCodePointsIsRefused(Member member) {
        member.refuses('"' + member.text(member.max + 1) + '"');
    }

    @ParameterizedTest
    @EnumSource(Member.class)
    void blankTextIsRefused(Member member) {
        for (String blank :
                new String[] {"", " ", "   ", "\u00a0", "\u2003", "\u3000", " \u00a0\u2007\u202f ", "\u2028"}) {
            member.refuses('"' + blank + '"');
        }
    }

    @ParameterizedTest
    @EnumSource(Member.class)
    void invisibleTextIsRefused(Member member) {
        for (String invisible : new String[] {
            "\u200b", "\u00ad", "\u3164", "\u2800", "\u2060", "\u202e", "\u200b \u2060", "\ufe0f", "\udb40\udc41"
        }) {
            member.refuses('"' + invisible.repeat(8) + '"');
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Member.class,
            mode = Mode.MATCH_NONE,
            names = {".*CONTENT", "PASSWORD"})
    void directionControlsAreAllowedInContentOnly(Member member) {
        for (String direction : new String[] {"\u202a", "\u202e", "\u2066", "\u2069"}) {
            member.refuses("\"unusual " + direction + "direction\"");
        }
        Member.CONTENT.takes("\"unusual \u2067direction\u2069\"");
    }

    /** PostgreSQL would take minutes to normalize a hundred thousand of them. */
    @ParameterizedTest
    @EnumSource(value = Member.class, mode = Mode.MATCH_NONE, names = "PASSWORD")
    void moreThanThirtyMarksInARowAreRefused(Member member) {
        String marks = "\u0301\u0316".repeat(15);

        member.takes('"' + member.text(15) + marks + '"');
        member.refuses('"' + member.text(15) + marks + "\u0334\"");
        member.refuses('"' + member.text(15) + marks + "\u200b\u3164\u0334\"");
        member.refuses('"' + member.text(15) + "\uff9e\u0334".repeat(16) + '"');
    }

    @Test
    void aHundredThousandCharactersAreStoredAsTheyWereSent() {
        String content = "\uD834\uDD1E".repeat(50_000) + "\u00e9\u4e2d".repeat(24_999) + "\r\n";
        int post = Member.CONTENT
                .send('"' + content.replace("\r\n", "\\r\\n") + '"')
                .path("id");

        given().get("/posts/{post}", post).then().statusCode(200).body("content", equalTo(content));

        assertEquals(100_000, Database.count("select char_length(content) from posts where id = ?", post));
        assertEquals(
                content,
                Database.rows("select content from posts where id = ?", post)
                        .get(0)
                        .get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"7 chars", "\u00bd\u00bd"})
    void aPasswordHasEightCharactersOrMore(String password) {
        Member.PASSWORD.refuses('"' + password + '"');
    }

    @Test
    void categoryNameInAPathIsValidated() {
        Account grace = Account.register();
        String tooLong = "x".repeat(51);

        for (String name : new String[] {" ", "\u00a0", tooLong, "a\u0000b", "a\nb", "a\u007fb"}) {
            grace.request()
                    .put("/categories/named/{name}", name)
                    .then()
                    .spec(problem(400))
                    .body("errors.parameter", contains("name"));
        }
    }

    @Test
    void categoryNameIsTrimmedBeforeItIsMeasured() {
        String name = "Trimmed " + NUMBER.incrementAndGet() + " " + "x".repeat(30);
        String blanks = " ".repeat(40);

        Member.CATEGORY
                .send('"' + blanks + name + blanks + '"')
                .then()
                .statusCode(201)
                .body("name", equalTo(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@b.example",
                "first.last+tag@sub.example.org",
                "o'brien!#$%&*/=?^_`{|}~-@example.org",
                "UPPER@EXAMPLE.ORG",
                "\\\"quoted local\\\"@example.org",
                "a@xn--bcher-kva.example"
            })
    void validMailboxIsAcceptedAsEmail(String email) {
        String unique = email.replaceFirst("@(?=[^@]*$)", "@n" + NUMBER.incrementAndGet() + ".");

        register(unique).then().statusCode(201).body("email", equalTo(unique.replace("\\", "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "plain",
                "@example.org",
                "a@",
                "a@@example.org",
                "a@b@example.org",
                "a b@example.org",
                " a@example.org",
                "a@example.org ",
                ".a@example.org",
                "a.@example.org",
                "a..b@example.org",
                "a@.example.org",
                "a@example..org",
                "a@-example.org",
                "a@example-.org",
                "a@exa mple.org",
                "a@example.org\\n",
                "a\\u0000@example.org",
                "\u00e9@example.org",
                "a@b\u00fccher.example",
                "<a@example.org>",
                "a@example.org, b@example.org",
                "Ada <a@example.org>",
                "a@[127.0.0.1",
                "a@\ud83d\ude00.example"
            })
    void invalidMailboxIsRefusedAsEmail(String email) {
        register(email).then().spec(problem(422)).body("errors.pointer", contains("/email"));
    }

    @Test
    void anEmailHas254CharactersAtMost() {
        String start = "l" + NUMBER.incrementAndGet() + "@" + ("d".repeat(60) + ".").repeat(3);
        String email = start + "e".repeat(50) + "." + "f".repeat(254 - start.length() - 51);

        assertEquals(254, email.length());
        register(email).then().statusCode(201).body("email", equalTo(email));
        register(email + "g").then().spec(problem(422)).body("errors.pointer", contains("/email"));
    }

    @Test
    void theLocalPartOfAnEmailHas64CharactersAtMost() {
        String local = "l" + NUMBER.incrementAndGet();
        String longest = local + "x".repeat(64 - local.length());

        register(longest + "@example.org").then().statusCode(201);
        register(longest + "x@example.org").then().spec(problem(422)).body("errors.pointer", contains("/email"));
    }

    private static Response register(String email) {
        return given().contentType("application/json")
                .body("{\"email\": \"%s\", \"name\": \"N\", \"password\": \"%s\"}".formatted(email, Account.PASSWORD))
                .post("/authentication/register");
    }
}
