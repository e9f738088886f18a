package dev.quire.http;

import java.util.ArrayList;
import java.util.List;

/** Header fields that are lists (RFC 9110, section 5.6.1). Several fields of one name form one list. */
public final class ListField {
    private ListField() {}

    /** Returns the elements of all these fields, without empty elements. */
    public static List<String> elements(List<String> fields) {
        return fields.stream()
                .flatMap(field -> split(field, ',').stream())
                .filter(element -> !element.isEmpty())
                .toList();
    }

    /** Returns the stripped parts of a text between separators. A separator within a quoted string does not count. */
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
