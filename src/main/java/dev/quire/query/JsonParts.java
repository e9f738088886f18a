package dev.quire.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The members of a JSON object that an SQL expression builds, in their order. */
final class JsonParts {
    /** The maximum number of members in one call: PostgreSQL passes at most 100 arguments to a function. */
    private static final int MAX_PARTS = 48;

    private final List<Part> parts = new ArrayList<>();

    /** An SQL expression of JSON, for a row of a level and with other sources of rows than their tables. */
    interface Expression {
        void write(SqlText to, int level, Map<String, String> sources);
    }

    private record Part(String key, Expression json) {}

    void add(String key, Expression json) {
        parts.add(new Part(key, json));
    }

    /** Adds the expression of the object. */
    void write(SqlText to, int level, Map<String, String> sources) {
        to.add("concat(");
        int calls = 1;
        String before = "{";
        for (int i = 0; i < parts.size(); i++) {
            if (i > 0 && i % MAX_PARTS == 0) {
                to.add("concat(");
                calls++;
            }
            Part part = parts.get(i);
            to.add("'" + before + "\"" + part.key() + "\":', ");
            part.json().write(to, level, sources);
            to.add(", ");
            before = ",";
        }
        to.add((parts.isEmpty() ? "'{}'" : "'}'") + ")".repeat(calls));
    }
}
