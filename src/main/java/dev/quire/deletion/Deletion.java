package dev.quire.deletion;

import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a DELETE does to the rows of each relation. */
@Schema(description = "What a DELETE would do")
public record Deletion(
        @Schema(required = true) List<Effect> deleted,
        @Schema(required = true) List<Effect> unlinked,
        @Schema(required = true) List<Effect> reassigned) {

    /** So many rows of one relation, and where they are to be seen, null when nowhere. */
    @Schema(name = "DeletionEffect")
    public record Effect(
            @Schema(required = true, examples = "posts") String relation,
            @Schema(required = true, examples = "3") long count,

            @Schema(required = true, nullable = true, examples = "/users/5/posts")
            String href) {}

    /** A deletion with the effects that concern any row. */
    public static Deletion of(Stream<Effect> deleted, Stream<Effect> unlinked, Stream<Effect> reassigned) {
        return new Deletion(any(deleted), any(unlinked), any(reassigned));
    }

    private static List<Effect> any(Stream<Effect> effects) {
        return effects.filter(effect -> effect.count() > 0).toList();
    }
}
