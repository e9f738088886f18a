package dev.quire.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SQL with names in braces: {@code {row}} is a row, {@code {it}} a row of another table that belongs to it, and every other
 * name is a table.
 */
final class SqlTemplate {
    private static final Pattern NAME = Pattern.compile("\\{(\\w+)}");

    /** Texts and names in turn. */
    private final List<String> parts = new ArrayList<>();

    SqlTemplate(String sql) {
        Matcher name = NAME.matcher(sql);
        int from = 0;
        while (name.find()) {
            parts.add(sql.substring(from, name.start()));
            parts.add(name.group(1));
            from = name.end();
        }
        parts.add(sql.substring(from));
    }

    /**
     * Returns the SQL for the rows of a level, {@code r0} and {@code r1} on the first.
     *
     * @param sources what is read in place of tables, by their names
     */
    String fill(int level, Map<String, String> sources) {
        return fill("r" + level, "r" + (level + 1), sources);
    }

    /** Returns the SQL for rows with these names. */
    String fill(String row, String it, Map<String, String> sources) {
        var sql = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            String part = parts.get(i);
            sql.append(i % 2 == 0 ? part : name(part, row, it, sources));
        }
        return sql.toString();
    }

    private static String name(String name, String row, String it, Map<String, String> sources) {
        return switch (name) {
            case "row" -> row;
            case "it" -> it;
            default -> sources.getOrDefault(name, name);
        };
    }
}
