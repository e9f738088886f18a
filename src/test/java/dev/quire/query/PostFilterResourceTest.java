package dev.quire.query;

import static dev.quire.environment.Refusal.problem;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.http.Links;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The filters of lists of posts. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class PostFilterResourceTest {
    private static final Instant START = Instant.parse("2020-02-29T12:00:00.123456Z");
    private static final List<String> WORDS = List.of("quince", "medlar", "damson", "sloe", "bullace");

    /** Random filters tried with each seed. */
    private static final int TRIES = 60;

    private static List<Account> authors;
    private static List<Integer> categories;

    /** Posts of every set of three categories, by the names of the categories. */
    private static Account truth;

    @BeforeEach
    void fill() throws SQLException {
        if (authors == null) {
            authors = List.of(Account.register(), Account.register(), Account.register());
            categories = authors.get(0).categories("Filter", 5);
            truth = Account.register();
            for (int set = 0; set < 8; set++) {
                truth.post("Truth " + names(set), among(categories.subList(0, 3), set));
            }
            var random = new Random(0);
            for (int i = 0; i < 40; i++) {
                Account author = authors.get(random.nextInt(3));
                int post = author.post(phrase(random), among(categories, random.nextInt(32)));
                // Some at the same time.
                Database.execute(
                        "update posts set created_at = ?, content = ? where id = ?",
                        Timestamp.from(START.plusNanos(1000L * random.nextInt(20))),
                        phrase(random),
                        post);
            }
        }
    }

    @Test
    void categoryFiltersCombineAsInATruthTable() {
        List<Integer> abc = categories.subList(0, 3);
        var wrong = new ArrayList<String>();
        for (int any = 0; any < 8; any++) {
            for (int all = 0; all < 8; all++) {
                for (int none = 0; none < 8; none++) {
                    RequestSpecification request = given().queryParam("fields", "title");
                    add(request, "category", among(abc, any));
                    add(request, "categoryAll", among(abc, all));
                    add(request, "categoryNone", among(abc, none));
                    List<String> found =
                            request.get("/users/{id}/posts", truth.id()).path("title");
                    int[] asked = {any, all, none};
                    List<String> expected = IntStream.rangeClosed(0, 7)
                            .map(set -> 7 - set)
                            .filter(set -> asked[0] == 0 || (set & asked[0]) != 0)
                            .filter(set -> (set & asked[1]) == asked[1])
                            .filter(set -> (set & asked[2]) == 0)
                            .mapToObj(set -> "Truth " + names(set))
                            .toList();
                    if (!found.equals(expected)) {
                        wrong.add("category %s, all %s, none %s: %s"
                                .formatted(names(any), names(all), names(none), found));
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static void add(RequestSpecification request, String parameter, List<Integer> ids) {
        if (!ids.isEmpty()) {
            request.queryParam(parameter, ids(ids));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomFiltersAndSortsMatchTheModel(long seed) {
        var random = new Random(seed);
        List<Stored> posts = stored();
        for (int i = 0; i < TRIES; i++) {
            var query = new Query(random, posts);
            List<Long> expected = query.of(posts);
            String failure = "seed " + seed + ", try " + i + ": " + query.path + query.parameters;
            int limit = 1 + random.nextInt(12);

            Response page = query.request()
                    .queryParam("limit", limit)
                    .header("Prefer", "count=exact")
                    .get(query.path);
            assertEquals(expected.subList(0, Math.min(limit, expected.size())), ids(page), failure);
            assertEquals("" + expected.size(), page.header("X-Total-Count"), failure);
            if (expected.size() > limit) {
                Response next = Links.follow(Links.of(page, "next"));
                assertEquals(expected.subList(limit, Math.min(2 * limit, expected.size())), ids(next), failure);
                assertEquals(ids(page), ids(Links.follow(Links.of(next, "prev"))), failure);
            }
            String stream = query.request()
                    .accept("application/x-ndjson")
                    .get(query.path)
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString();
            assertEquals(
                    expected.stream().map(id -> "{\"id\":" + id + "}\n").collect(Collectors.joining()) + "{\"count\":"
                            + expected.size() + "}\n",
                    stream,
                    failure);
        }
    }

    /** A stored post, with its rank among all titles. */
    private record Stored(
            long id, long author, List<Long> categories, List<String> words, Instant created, long title) {}

    private static List<Stored> stored() {
        return Database.rows("""
                        select id, author_id, array(select category_id from post_categories where post_id = id),
                          title || ' ' || content, created_at, dense_rank() over (order by title)
                        from posts
                        """).stream().map(PostFilterResourceTest::stored).toList();
    }

    private static Stored stored(List<Object> row) {
        try {
            Long[] filed = (Long[]) ((java.sql.Array) row.get(2)).getArray();
            return new Stored(
                    (Long) row.get(0),
                    (Long) row.get(1),
                    List.of(filed),
                    List.of(((String) row.get(3)).toLowerCase(Locale.ROOT).split("\\W+")),
                    ((Timestamp) row.get(4)).toInstant(),
                    (Long) row.get(5));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A request for a list with some of its parameters, and a model of its result. */
    private static final class Query {
        private static final Map<String, Comparator<Stored>> SORTS = Map.of(
                "createdAt", Comparator.comparing(Stored::created).thenComparing(Stored::id),
                "title", Comparator.comparing(Stored::title).thenComparing(Stored::id));

        private final Map<String, String> parameters = new TreeMap<>();
        private final String path;
        private Predicate<Stored> wanted = post -> true;
        private Comparator<Stored> sort = SORTS.get("createdAt").reversed();

        Query(Random random, List<Stored> posts) {
            List<Long> users = authors.stream().map(Account::id).toList();
            List<Long> filed = categories.stream().map(Integer::longValue).toList();
            switch (random.nextInt(3)) {
                case 0 -> {
                    long author = users.get(random.nextInt(users.size()));
                    path = "/users/" + author + "/posts";
                    wanted = post -> post.author == author;
                }
                case 1 -> {
                    long category = filed.get(random.nextInt(filed.size()));
                    path = "/categories/" + category + "/posts";
                    wanted = post -> post.categories.contains(category);
                }
                default -> path = "/posts";
            }
            some(random, "author", users, author -> post -> author.contains(post.author));
            some(random, "category", filed, any -> post -> !Collections.disjoint(any, post.categories));
            some(random, "categoryAll", filed.subList(0, 3), all -> post -> post.categories.containsAll(all));
            some(random, "categoryNone", filed, none -> post -> Collections.disjoint(none, post.categories));
            if (random.nextInt(5) == 0) {
                Instant time = time(random, posts);
                parameters.put("createdAfter", spelt(random, time));
                and(post -> post.created.isAfter(time));
            }
            if (random.nextInt(5) == 0) {
                Instant time = time(random, posts);
                parameters.put("createdBefore", spelt(random, time));
                and(post -> post.created.isBefore(time));
            }
            if (random.nextInt(4) == 0) {
                words(random);
            }
            if (random.nextInt(4) > 0) {
                String member = random.nextBoolean() ? "createdAt" : "title";
                boolean descending = random.nextBoolean();
                parameters.put("sort", (descending ? "-" : "") + member);
                sort = descending ? SORTS.get(member).reversed() : SORTS.get(member);
            }
        }

        private void and(Predicate<Stored> more) {
            wanted = wanted.and(more);
        }

        private void some(
                Random random, String parameter, List<Long> ids, Function<List<Long>, Predicate<Stored>> meaning) {
            if (random.nextInt(3) == 0) {
                var some = new ArrayList<>(ids);
                Collections.shuffle(some, random);
                some.subList(1 + random.nextInt(2), some.size()).clear();
                if (random.nextInt(8) == 0) {
                    some.add(Long.MAX_VALUE);
                }
                if (random.nextInt(8) == 0) {
                    some.add(some.get(0));
                }
                parameters.put(parameter, ids(some));
                and(meaning.apply(some));
            }
        }

        /** Returns the time of a post, or one close to it. */
        private static Instant time(Random random, List<Stored> posts) {
            Instant time = START.plusNanos(1000L * random.nextInt(20));
            return time.plusNanos(List.of(-1000, -1, 0, 0, 1, 1000).get(random.nextInt(6)));
        }

        private static String spelt(Random random, Instant time) {
            var zone = ZoneOffset.ofTotalSeconds(60 * (random.nextInt(1441) - 720));
            return random.nextBoolean()
                    ? time.toString()
                    : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.atOffset(zone));
        }

        private void words(Random random) {
            String one = WORDS.get(random.nextInt(WORDS.size()));
            String other = WORDS.get(random.nextInt(WORDS.size()));
            switch (random.nextInt(5)) {
                case 0 -> q(one.toUpperCase(Locale.ROOT), post -> post.words.contains(one));
                case 1 -> q(one + " " + other, post -> post.words.containsAll(List.of(one, other)));
                case 2 -> q(one + " or " + other, post -> post.words.contains(one) || post.words.contains(other));
                case 3 -> q(one + " -" + other, post -> post.words.contains(one) && !post.words.contains(other));
                default ->
                    q(
                            '"' + one + " " + other + '"',
                            post -> Collections.indexOfSubList(post.words, List.of(one, other)) >= 0);
            }
        }

        private void q(String words, Predicate<Stored> meaning) {
            parameters.put("q", words);
            and(meaning);
        }

        List<Long> of(List<Stored> posts) {
            return posts.stream().filter(wanted).sorted(sort).map(Stored::id).toList();
        }

        RequestSpecification request() {
            return given().queryParams(parameters).queryParam("fields", "id");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Neither holds at the time itself.
        "createdAfter, 2020-01-01T00:00:00.123456Z, false",
        "createdBefore, 2020-01-01T00:00:00.123456Z, false",
        "createdAfter, 2020-01-01T00:00:00.123455Z, true",
        "createdBefore, 2020-01-01T00:00:00.123457Z, true",
        // Finer than the stored precision
        "createdAfter, 2020-01-01T00:00:00.123455999Z, true",
        "createdAfter, 2020-01-01T00:00:00.123456001Z, false",
        "createdBefore, 2020-01-01T00:00:00.123456001Z, true",
        "createdBefore, 2020-01-01T00:00:00.123455999Z, false",
        // Coarser than the stored precision
        "createdAfter, 2020-01-01T00:00:00Z, true",
        "createdBefore, 2020-01-01T00:00:00Z, false",
        "createdBefore, 2020-01-01T00:00:00.2Z, true",
        // In other time zones
        "createdAfter, 2020-01-01T02:00:00.123456+02:00, false",
        "createdAfter, 2020-01-01T02:00:00.123455+02:00, true",
        "createdBefore, 2019-12-31T18:30:00.123457-05:30, true",
        "createdBefore, 2019-12-31T18:30:00.123456-05:30, false",
        "createdAfter, 2020-01-01T23:59:00.123456+23:59, false",
        "createdAfter, 2020-01-01T23:59:00.123455+23:59, true",
        "createdBefore, 2019-12-31T00:01:00.123457-23:59, true",
        "createdBefore, 2019-12-31T00:01:00.123456-23:59, false",
        "createdAfter, 2020-01-01t00:00:00z, true",
        "createdAfter, 2020-01-01T00:00:00-00:00, true",
        // The limits of the range
        "createdAfter, 0000-01-01T00:00:00Z, true",
        "createdAfter, 0000-01-01T00:00:00+23:59, true",
        "createdBefore, 0000-01-01T00:00:00Z, false",
        "createdAfter, 9999-12-31T23:59:59.999999999Z, false",
        "createdBefore, 9999-12-31T23:59:59.999999999Z, true",
        "createdBefore, 9999-12-31T23:59:59.999999999-23:59, true",
    })
    void timeFiltersAreExact(String parameter, String time, boolean there) throws SQLException {
        Account author = Account.register();
        int post = author.post("Timed");
        Database.execute("update posts set created_at = '2020-01-01T00:00:00.123456Z' where id = ?", post);

        Response page = given().queryParam(parameter, time).get("/users/{id}/posts", author.id());

        assertEquals(there ? List.of((long) post) : List.of(), ids(page));
    }

    @Test
    void leapSecondIsRefusedAsOne() {
        given().queryParam("createdAfter", "2016-12-31T23:59:60Z")
                .get("/posts")
                .then()
                .statusCode(400)
                .body("errors.parameter", contains("createdAfter"))
                .body("errors.detail", contains("must not have a leap second: seconds are from 00 to 59"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "2020",
                "2020-01-01",
                "2020-01-01T00:00:00",
                "2020-01-01T00:00Z",
                "2020-01-01 00:00:00Z",
                "2020-01-01T00:00:00 02:00",
                "2020-02-30T00:00:00Z",
                "2020-13-01T00:00:00Z",
                "2020-01-01T24:00:01Z",
                "2020-01-01T00:60:00Z",
                "2020-01-01T00:00:61Z",
                "2020-01-01T00:00:00+24:00",
                "2020-01-01T00:00:00+00:60",
                "2020-01-01T00:00:00-1:00",
                "2020-01-01T00:00:00.Z",
                "2020-01-01T00:00:00.1234567890Z",
                "2020-01-01T00:00:00+2",
                "2020-01-01T00:00:00+0200",
                "+2020-01-01T00:00:00Z",
                "-2020-01-01T00:00:00Z",
                "12020-01-01T00:00:00Z",
                "\u0662\u0660\u0662\u0660-01-01T00:00:00Z",
                "now",
                "infinity",
                "1577836800",
                "2020-01-01T00:00:00Z\u0000"
            })
    void aMalformedTimeIsRefused(String time) {
        for (String parameter : List.of("createdAfter", "createdBefore")) {
            refused(parameter, time, "/posts", "/users/AUTHOR/posts", "/categories/CATEGORY/posts", "/users");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "1,",
                ",1",
                "1,,2",
                "0",
                "-1",
                "+1",
                "01",
                "1.5",
                "1e1",
                "x",
                "1,x",
                "1;2",
                "1 ,2",
                " 1",
                "9223372036854775808",
                "1,9223372036854775808",
                "\u0661",
                "\u0000",
                "1\u0000",
                "{1}",
                "null"
            })
    void malformedIdsAreRefused(String ids) {
        for (String parameter : List.of("author", "category", "categoryAll", "categoryNone")) {
            refused(parameter, ids, "/posts", "/users/AUTHOR/posts", "/categories/CATEGORY/posts");
        }
    }

    @Test
    void upToTwentyIdsAreAccepted() {
        int filed = categories.get(0);
        String nobody = "9223372036854775807,".repeat(19);
        for (String parameter : List.of("author", "category", "categoryAll", "categoryNone")) {
            refused(parameter, nobody + "1," + filed, "/posts");
            refused(parameter, (filed + ",").repeat(21) + "x", "/posts");
            given().queryParam(parameter, nobody + filed).get("/posts").then().statusCode(200);
        }
        assertEquals(
                ids(given().queryParam("category", filed).get("/posts")),
                ids(given().queryParam("category", nobody + filed).get("/posts")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\u00a0", "\u2003 ", "\u0000", "a\u0000", "a\nb", "\t", "\u001b[0m"})
    void unreadableWordsAreRefused(String q) {
        refused("q", q, "/posts", "/users/AUTHOR/posts", "/categories/CATEGORY/posts");
    }

    @Test
    void searchHasUpToTwoHundredCharacters() {
        given().queryParam("q", "\uD83D\uDE80".repeat(200)).get("/posts").then().statusCode(200);
        refused("q", "a".repeat(201), "/posts");
    }

    @Test
    void wordsAreFoundInTitleAndContentWithoutStemming() {
        Account author = Account.register();
        int title = author.post("Zwetschgen Café, l'été");
        int content = author.request(
                        "{\"title\": \"T\", \"content\": \"Von Zwetschgen:\\nviele, 3.14 & foo_bar@quire.test\"}")
                .post("/posts")
                .path("id");
        List<Long> both = List.of((long) content, (long) title);

        assertEquals(both, found(author, "zwetschgen"));
        assertEquals(both, found(author, "ZWETSCHGEN -nichts"));
        assertEquals(List.of(both.get(1)), found(author, "café"));
        assertEquals(List.of(both.get(1)), found(author, "CAFÉ l'été"));
        assertEquals(List.of(both.get(0)), found(author, "viele von"));
        assertEquals(List.of(both.get(0)), found(author, "3.14"));
        assertEquals(List.of(both.get(0)), found(author, "\"zwetschgen viele\""));
        assertEquals(List.of(both.get(0)), found(author, "foo_bar@quire.test"));
        // Exact words: no stemming, no prefixes.
        assertEquals(List.of(), found(author, "zwetschge"));
        assertEquals(List.of(), found(author, "zwet"));
        assertEquals(List.of(), found(author, "\"viele zwetschgen\""));
        assertEquals(List.of(), found(author, "cafe"));
        // A change is found immediately.
        author.request("{\"title\": \"Pflaumen\"}").patch("/posts/{id}", title);
        assertEquals(List.of(both.get(1)), found(author, "pflaumen"));
        assertEquals(List.of(both.get(0)), found(author, "zwetschgen"));
    }

    static List<Arguments> written() {
        return List.of(
                Arguments.of("List<Widget>", List.of("Widget", "List<Widget>", "list")),
                Arguments.of("client/server.Then", List.of("client", "server", "Then")),
                Arguments.of("Node.js", List.of("node", "node.JS", "js")),
                Arguments.of("end of sentence.Next", List.of("sentence", "next")),
                Arguments.of(
                        "see https://quire.test/a_b?c=d&e=f#g.",
                        List.of("https://quire.test/a_b?c=d&e=f#g", "quire.test", "quire")),
                Arguments.of("a &amp; b", List.of("amp", "&amp;")),
                Arguments.of("utf-8", List.of("8", "\"UTF 8\"", "utf-8")),
                Arguments.of("cafe\u0301 caf\u00e9s", List.of("caf\u00e9", "CAFE\u0301S")),
                Arguments.of(
                        "\u0391\u0398\u0397\u039d\u0391\u0399\u03a3",
                        List.of("\u03b1\u03b8\u03b7\u03bd\u03b1\u03b9\u03c2")),
                Arguments.of("\u043f\u0440\u0438\u0432\u0435\u0442", List.of("\u041f\u0420\u0418\u0412\u0415\u0422")),
                Arguments.of("\u201cquoted\u201d", List.of("quoted", "\u201cquoted\u201d")),
                Arguments.of(
                        "\u3053\u308c\u306f\u65e5\u672c\u8a9e\u306e\u6587\u3067\u3059",
                        List.of(
                                "\u65e5\u672c\u8a9e",
                                "\u672c\u8a9e",
                                "\u6587",
                                "\u3059",
                                "\u65e5\u672c\u8a9e\u306e\u6587")),
                Arguments.of("go \ud83d\ude80go", List.of("\ud83d\ude80", "\ud83d\ude80go")),
                Arguments.of(
                        "\u0e2a\u0e49\u0e21\u0e15\u0e33\u0e44\u0e17\u0e22",
                        List.of("\u0e44\u0e17\u0e22", "\u0e2a\u0e49\u0e21\u0e15\u0e33")),
                Arguments.of("\u0928\u092e\u0938\u094d\u0924\u0947", List.of("\u0928\u092e\u0938\u094d\u0924\u0947")),
                Arguments.of("stra\u00dfe", List.of("STRASSE", "stra\u00dfe")),
                Arguments.of("co\u00adoperate", List.of("cooperate")));
    }

    @ParameterizedTest
    @MethodSource("written")
    void writtenWordsAreFound(String text, List<String> words) {
        Account author = Account.register();
        long other = author.post("Another");
        long post = post(author, text);

        for (String word : words) {
            assertEquals(List.of(post), found(author, word), word);
            assertEquals(List.of(other), found(author, "another -\"" + word.replace("\"", "") + '"'), word);
        }
    }

    /** PostgreSQL keeps 255 places of a word, and none behind the 16,383rd word. */
    @Test
    void phrasesAreFoundInTheLongestTexts() {
        Account author = Account.register();
        long many = post(author, "spam ".repeat(400) + "in a can");
        long late = post(author, "word ".repeat(17_000) + "in a tin");

        assertEquals(List.of(many), found(author, "\"in a can\""));
        assertEquals(List.of(late), found(author, "\"in a tin\""));
        assertEquals(List.of(late, many), found(author, "\"in a\""));
        assertEquals(List.of(late), found(author, "\"in a\" -\"spam in\""));
        assertEquals(List.of(), found(author, "\"a in\""));
    }

    /** PostgreSQL keeps a mebibyte of words and places. */
    @Test
    void wordsAreFoundInTextsOfMaximumWordCount() {
        Account author = Account.register();
        String characters = new Random(1)
                .ints(100_000, 0x20000, 0x2a6d0)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        long post = post(author, characters);
        String end = characters.substring(characters.length() - 10);

        assertEquals(List.of(post), found(author, end));
        assertEquals(List.of(post), found(author, end.substring(4, 8)));
        assertEquals(List.of(), found(author, end.substring(2, 4) + end.substring(0, 2)));
    }

    private static long post(Account author, String content) {
        return author.request("{\"title\": \"T\", \"content\": \"" + content + "\"}")
                .post("/posts")
                .jsonPath()
                .getLong("id");
    }

    private static List<Long> found(Account author, String q) {
        return ids(given().queryParam("q", q).get("/users/{id}/posts", author.id()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'",
                "''",
                "\"",
                "\"\"",
                "\"quince",
                "quince\"",
                "-",
                "--",
                "- quince",
                "-\"",
                "or",
                "or or",
                "OR quince",
                "quince or",
                "and",
                "&",
                "|",
                "!",
                "!!quince",
                "(",
                ")",
                "quince & (",
                "<->",
                "quince <-> medlar",
                "<2>",
                ":*",
                "quince:*",
                ":A",
                "quince:ABCD",
                "\\",
                "\\'",
                "'; drop table posts; --",
                "$1",
                "?",
                "??",
                "%",
                "_",
                "*",
                "/*",
                "*/",
                "{row}",
                "\uD83D\uDE80",
                "\ufffd",
                "'quince':1",
                "http://quire.test/?q='",
                "<script>",
                "1e400",
                "99999999999999999999"
            })
    void anySearchTextIsAccepted(String q) {
        for (String path : List.of("/posts", "/users/AUTHOR/posts", "/categories/CATEGORY/posts")) {
            given().queryParam("q", q).get(filled(path)).then().statusCode(200);
        }
    }

    @Test
    void filtersApplyToPostsAndTimesToUsers() {
        for (String list : List.of("/categories", "/users", "/addresses")) {
            for (String parameter : List.of("author", "category", "categoryAll", "categoryNone", "q")) {
                refused(parameter, "1", list);
            }
        }
        refused("createdAfter", "2020-01-01T00:00:00Z", "/categories", "/addresses");

        Account newest = Account.register();
        String created = newest.request().get("/authentication").path("createdAt");
        Response users = Account.admin()
                .request()
                .queryParam("createdBefore", created)
                .queryParam("sort", "-createdAt")
                .get("/users");
        Response after = Account.admin()
                .request()
                .queryParam(
                        "createdAfter", Instant.parse(created).minusNanos(1000).toString())
                .get("/users");
        assertEquals(List.of(newest.id()), ids(after));
        assertEquals(
                Database.count(
                        "select id from users where id <> ? order by created_at desc, id desc limit 1", newest.id()),
                ids(users).get(0));
    }

    private static void refused(String parameter, String value, String... paths) {
        for (String path : paths) {
            Account.admin()
                    .request()
                    .queryParam(parameter, value)
                    .get(filled(path))
                    .then()
                    .spec(problem(400))
                    .body("errors.parameter", contains(parameter));
        }
    }

    private static String filled(String path) {
        return path.replace("AUTHOR", "" + authors.get(0).id()).replace("CATEGORY", "" + categories.get(0));
    }

    private static String phrase(Random random) {
        return IntStream.range(0, 3)
                .mapToObj(i -> WORDS.get(random.nextInt(WORDS.size())))
                .collect(Collectors.joining(" "));
    }

    /** Returns the elements chosen by the bits of a number. */
    private static <T> List<T> among(List<T> all, int set) {
        return IntStream.range(0, all.size())
                .filter(i -> (set >> i & 1) != 0)
                .mapToObj(all::get)
                .toList();
    }

    private static String names(int set) {
        return String.join("", among(Arrays.asList("A", "B", "C"), set));
    }

    private static String ids(List<? extends Number> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static List<Long> ids(Response page) {
        page.then().statusCode(200);
        return page.jsonPath().getList("id", Long.class);
    }
}
