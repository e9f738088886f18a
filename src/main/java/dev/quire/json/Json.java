package dev.quire.json;

import java.nio.charset.StandardCharsets;

/** JSON that is text already, as PostgreSQL makes it: one value, or several in lines of their own. */
public record Json(String text) {
    /** As it is sent. */
    public byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether it is an array without elements. */
    public boolean isEmptyArray() {
        return text.equals("[]");
    }
}
