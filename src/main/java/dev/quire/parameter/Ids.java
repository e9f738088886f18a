package dev.quire.parameter;

import java.util.List;

/** Some rows of one kind, each once, from a parameter such as {@code category=3,7}. */
public record Ids(List<Long> ids) {
    /** So that nobody asks for more work than a page is. */
    public static final int MAX = 20;
}
