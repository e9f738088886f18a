package dev.quire.json;

/** JSON that is text already, as PostgreSQL makes it: one value, or several in lines of their own. */
public record Json(String text) {
    /** Whether it is an array without elements. */
    public boolean isEmptyArray() {
        return text.equals("[]");
    }
}
