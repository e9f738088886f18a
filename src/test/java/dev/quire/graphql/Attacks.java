package dev.quire.graphql;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Documents whose cost would be far beyond their length. {@code src/bench/refusals} runs this file alone, which shows how
 * long the refusal of each takes: it needs nothing but the JDK.
 */
final class Attacks {
    private static final int WARM_UP = 150;
    private static final int MEASURED = 100;
    private static final double MAX_MILLISECONDS = 10;

    private static final String IDS = "query ($v: [ID!]) { posts(author: $v) { totalCount } }";
    private static final String CREATE = "mutation ($v: PostInput!) { createPost(input: $v) { id } }";
    private static final String TEXT = "query ($v: String) { posts(q: $v) { totalCount } }";

    /**
     * A request that has to be refused.
     *
     * @param limit the part of the response that names the limit, and the number found
     */
    record Attack(String name, String body, String limit) {
        @Override
        public String toString() {
            return name;
        }
    }

    private Attacks() {}

    /** Returns the requests that exceed a limit. */
    static List<Attack> all() {
        var all = new ArrayList<Attack>();
        nesting(all);
        fragments(all);
        widths(all);
        values(all);
        introspection(all);
        variables(all);
        all.add(new Attack("batched operations", batch(100), "several operations in a request are not supported"));
        all.add(new Attack("many batched operations", batch(1000), "no more elements than can be used"));
        return all;
    }

    private static String batch(int size) {
        return "[" + "{\"query\": \"{ me { id } }\"},".repeat(size - 1) + "{\"query\": \"{ me { id } }\"}]";
    }

    private static void nesting(List<Attack> all) {
        all.add(document(
                "deep fields",
                "{ post(id: 1) " + "{ author { posts { nodes ".repeat(8) + "{ id }" + " } } }".repeat(8) + " }",
                "has 26 levels, and may have 15"));
        all.add(document("deeper fields", "{ a ".repeat(900) + "}".repeat(900), "is nested in more than 500 places"));
        all.add(document(
                "deep inline fragments",
                "{ " + "... { ".repeat(450) + "me { id } " + "} ".repeat(450) + "}",
                "is nested in more than 500 places"));
        all.add(document(
                "deep lists",
                "{ posts(author: " + "[".repeat(600) + "]".repeat(600) + ") { totalCount } }",
                "is nested in more than 500 places"));
        all.add(document(
                "deep objects",
                "mutation { createPost(input: " + "{title: ".repeat(300) + "1" + "}".repeat(300) + ") { id } }",
                "is nested in more than 500 places"));
    }

    private static void fragments(List<Attack> all) {
        all.add(document(
                "doubling fragments",
                "{ post(id: 1) { ...f0 } }"
                        + repeat(40, "fragment f%1$d on Post { ...f%2$d ...f%2$d } ")
                        + "fragment f40 on Post { id }",
                "has over 1099511627776 fields, and may have 500"));
        all.add(document(
                "doubling fragments that nest",
                "{ post(id: 1) { ...f0 } }"
                        + repeat(40, "fragment f%1$d on Post { ...f%2$d author { posts { nodes { ...f%2$d } } } } ")
                        + "fragment f40 on Post { id }",
                "has 122 levels, and may have 15"));
        all.add(document(
                "doubling fragments without an end",
                "{ post(id: 1) { ...f0 } }" + repeat(25, "fragment f%1$d on Post { ...f%2$d ...f%2$d } "),
                "Undefined fragment 'f25'"));
        all.add(document(
                "circular fragments",
                "{ ...f0 } " + repeat(200, "fragment f%1$d on Query { ...f%2$d } ")
                        + "fragment f200 on Query { ...f0 }",
                "cycles are not allowed"));
        all.add(document(
                "fragments that all have all",
                "{ ...f0 } " + repeat(28, i -> "fragment f" + i + " on Query { " + repeat(28, "...f%1$d ") + "} "),
                "cycles are not allowed"));
        all.add(document(
                "one fragment in itself",
                "{ ...f } fragment f on Query { " + "...f ".repeat(900) + "}",
                "cycles are not allowed"));
        all.add(document(
                "unused fragments",
                "{ __typename } " + repeat(270, "fragment f%1$d on Post { id } "),
                "Unused fragment"));
        all.add(document("unknown fragments", "{ " + "...f ".repeat(900) + "}", "Undefined fragment 'f'"));
        all.add(document(
                "aliases of fragments",
                "{ post(id: 1) { ...f } } fragment f on Post { " + repeat(101, "a%1$d: id ") + "}",
                "has 101 aliases, and may have 100"));
    }

    private static void widths(List<Attack> all) {
        all.add(document(
                "aliases", "{ " + repeat(600, "a%1$d: __typename ") + "}", "has 600 aliases, and may have 100"));
        all.add(document(
                "directives", "{ __typename " + "@a ".repeat(990) + "}", "has 990 directives, and may have 50"));
        all.add(document("fields", "{ " + "__typename ".repeat(1900) + "}", "has 1900 fields, and may have 500"));
        all.add(document(
                "conflicting fields",
                "{ " + repeat(140, "posts(first: %2$d) { totalCount } ") + "}",
                "fields have different arguments"));
        all.add(document("tokens", "{ a " + "}{ a ".repeat(1000) + "}", "has more than 2000 tokens"));
        all.add(document("comments", "{ a " + "#\n".repeat(32_000) + "}", "has more than 2000 tokens"));
        all.add(document("characters", "{ a }#" + "x".repeat(100_000), "has 100006 characters, and may have 65536"));
        all.add(document(
                "product of pages",
                "{ posts(first: 100) { nodes { comments(first: 100) { nodes { id } } } } }",
                "has 10100 rows, and may have 5000"));
        all.add(document(
                "counts in pages",
                "{ posts(first: 100) { nodes { categories(first: 20) { nodes { posts { totalCount } } } } } }",
                "rows, and may have 5000"));
        all.add(document(
                "long texts",
                "{ posts(first: 100) { nodes { one: content two: content } } }",
                "characters in its largest response, and may have 12000000"));
        all.add(document("operations", repeat(380, "query a%1$d { b } "), "Field 'b' in type 'Query' is undefined"));
        all.add(document(
                "variable definitions",
                "query (" + repeat(450, "$v%1$d: Int ") + ") { __typename }",
                "Unused variable 'v0'"));
        all.add(document("errors", "{ " + repeat(490, "y%1$d ") + "}", "Field 'y0' in type 'Query' is undefined"));
    }

    private static void values(List<Attack> all) {
        all.add(document(
                "long number",
                "{ posts(first: " + "9".repeat(65_000) + ") { totalCount } }",
                "has 65000 characters of numbers, and may have 5000"));
        all.add(document(
                "long id",
                "{ post(id: -" + "9".repeat(65_000) + ") { id } }",
                "has 65000 characters of numbers, and may have 5000"));
        all.add(document(
                "long fraction",
                "{ posts(first: 0." + "1".repeat(65_000) + ") { totalCount } }",
                "has 65002 characters of numbers, and may have 5000"));
        all.add(document("large exponent", "{ posts(first: 1e999999999) { totalCount } }", "is not a valid 'Int'"));
        all.add(document(
                "long string",
                "{ posts(q: \"" + "x".repeat(65_000) + "\") { totalCount } }",
                "must have at most 200 characters"));
        all.add(document(
                "escapes",
                "{ posts(q: \"" + "\\u{1F600}".repeat(7000) + "\") { totalCount } }",
                "must have at most 200 characters"));
        all.add(document(
                "block string",
                "{ posts(q: \"\"\"" + "\n  x".repeat(16_000) + "\"\"\") { totalCount } }",
                "must have at most 200 characters"));
        all.add(document(
                "many ids",
                "{ posts(author: [" + "1 ".repeat(1900) + "]) { totalCount } }",
                "author must have 1 to 20 ids"));
        all.add(document("long name", "{ " + "x".repeat(65_000) + " }", "…"));
    }

    private static void introspection(List<Attack> all) {
        String types = "{ interfaces { possibleTypes ".repeat(6) + "{ name }" + " } }".repeat(6);
        all.add(document(
                "recursive introspection",
                "{ __schema { types " + types + " } }",
                "more than 8000 values of the schema"));
        all.add(document(
                "repeated introspection",
                "{ " + repeat(60, "a%1$d: __schema { types { name fields { name } } } ") + "}",
                "more than 8000 values of the schema"));
        all.add(document(
                "repeated types",
                "{ " + repeat(60, "a%1$d: __type(name: \"Query\") { fields { name args { name type { name } } } } ")
                        + "}",
                "more than 8000 values of the schema"));
        all.add(document(
                "wide introspection",
                "{ __schema { types { fields { "
                        + repeat(70, "a%1$d: args { name type { name ofType { name } } } ")
                        + "} } } }",
                "more than 8000 values of the schema"));
    }

    private static void variables(List<Attack> all) {
        all.add(new Attack(
                "variable of many ids",
                body(IDS, "[" + "1,".repeat(100_000) + "1]"),
                "no more elements than can be used"));
        all.add(new Attack(
                "deep variable",
                body(IDS, "[".repeat(500) + "]".repeat(500)),
                "must have at most 20 levels of nesting"));
        all.add(new Attack(
                "deep object in a variable",
                body(CREATE, "{\"title\": ".repeat(500) + "1" + "}".repeat(500)),
                "must have at most 20 levels of nesting"));
        all.add(new Attack(
                "variable with many members",
                body(CREATE, "{" + repeat(50_000, "\"a%1$d\": 1, ") + "\"z\": 1}"),
                "no more elements than can be used"));
        all.add(new Attack(
                "long text in a variable",
                body(TEXT, "\"" + "x".repeat(1_000_000) + "\""),
                "has a text of 1000000 characters, and may have 200000"));
        all.add(new Attack(
                "long constant in a variable",
                body("query ($v: PostSort) { posts(sort: $v) { totalCount } }", "\"" + "X".repeat(1_000_000) + "\""),
                "has a text of 1000000 characters, and may have 200000"));
        all.add(new Attack(
                "long number in a variable",
                body("query ($v: Int) { posts(first: $v) { totalCount } }", "9".repeat(100_000)),
                "numbers of 1000 characters"));
        all.add(new Attack(
                "large exponent in a variable",
                body("query ($v: Int) { posts(first: $v) { totalCount } }", "1e999999999"),
                "invalid value"));
    }

    private static String repeat(int times, IntFunction<String> part) {
        return IntStream.range(0, times).mapToObj(part).collect(Collectors.joining());
    }

    /** Returns a text several times, each with its number and the next one. */
    private static String repeat(int times, String part) {
        return repeat(times, i -> part.formatted(i, i + 1));
    }

    private static Attack document(String name, String query, String limit) {
        return new Attack(name, body(query, null), limit);
    }

    private static String body(String query, String value) {
        String text = query.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return "{\"query\": \"" + text + "\"" + (value == null ? "" : ", \"variables\": {\"v\": " + value + "}") + "}";
    }

    /** Prints the time of each refusal by the service at a port, with a token; fails if one takes too long. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        int slow = 0;
        System.out.println("| request | bytes | ms | response |\n|---|--:|--:|---|");
        for (Attack attack : all()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + arguments[0] + "/graphql"))
                    .header("Content-Type", "application/json")
                    .header("Authorization", "Bearer " + arguments[1])
                    .POST(BodyPublishers.ofString(attack.body()))
                    .build();
            var times = new double[MEASURED];
            HttpResponse<String> response = null;
            for (int i = -WARM_UP; i < MEASURED; i++) {
                long begin = System.nanoTime();
                response = client.send(request, BodyHandlers.ofString());
                times[Math.max(i, 0)] = (System.nanoTime() - begin) / 1e6;
            }
            Arrays.sort(times);
            double median = times[MEASURED / 2];
            boolean named = response.body().contains(attack.limit());
            slow += median > MAX_MILLISECONDS || !named ? 1 : 0;
            System.out.printf(
                    "| %s | %,d | %.2f | %s |%n",
                    attack, attack.body().length(), median, named ? attack.limit() : response.statusCode());
        }
        System.exit(slow == 0 ? 0 : 1);
    }
}
