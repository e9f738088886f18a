package dev.quire.http;

import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a DELETE does to the rows of each relation. */
@Schema(name = "Deletion", description = "What a DELETE would do")
public record DeletionReport(
        @Schema(required = true) List<AffectedRows> deleted,
        @Schema(required = true) List<AffectedRows> unlinked,
        @Schema(required = true) List<AffectedRows> reassigned) {

    /** So many rows of one relation, and where they are to be seen, null when nowhere. */
    @Schema(name = "DeletionEffect")
    public record AffectedRows(
            @Schema(required = true, examples = "posts") String relation,
            @Schema(required = true, examples = "3") long count,

            @Schema(required = true, nullable = true, examples = "/users/5/posts")
            String href) {}

    /** A deletion with the effects that concern any row. */
    public static DeletionReport of(
            Stream<AffectedRows> deleted, Stream<AffectedRows> unlinked, Stream<AffectedRows> reassigned) {
        return new DeletionReport(any(deleted), any(unlinked), any(reassigned));
    }

    private static List<AffectedRows> any(Stream<AffectedRows> effects) {
        return effects.filter(effect -> effect.count() > 0).toList();
    }
}
