package dev.quire.openapi;

import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.tags.Tag;

/** The order of the tags: each after those that a reader needs before it. */
final class Tags {
    private static final List<String> ORDER =
            List.of("Authentication", "Users", "Addresses", "Posts", "Categories", "Comments", "Changes", "Batch");

    private Tags() {}

    /** Sorts the tags. Those without a place here follow, in the order of their names. */
    static void sort(OpenAPI document) {
        document.setTags(document.getTags().stream()
                .sorted(Comparator.comparingInt(Tags::place).thenComparing(Tag::getName))
                .toList());
    }

    private static int place(Tag tag) {
        int place = ORDER.indexOf(tag.getName());
        return place < 0 ? ORDER.size() : place;
    }
}
