package dev.quire.http;

import java.util.ArrayList;
import java.util.List;

/** Header fields that are lists (RFC 9110, section 5.6.1): of several fields with one name, one list. */
public final class ListField {
    private ListField() {}

    /** The elements of all these fields, without those that are empty. */
    public static List<String> elements(List<String> fields) {
        return fields.stream()
                .flatMap(field -> split(field, ',').stream())
                .filter(element -> !element.isEmpty())
                .toList();
    }

    /** The stripped parts of a text between separators, none of which is within a quoted string. */
    public static List<String> split(String text, char separator) {
        var parts = new ArrayList<String>();
        boolean quoted = false;
        int begin = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(begin, i).strip());
                begin = i + 1;
            }
        }
        parts.add(text.substring(begin).strip());
        return parts;
    }
}
