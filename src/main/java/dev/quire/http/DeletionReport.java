package dev.quire.http;

import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The effects of a DELETE on the rows of each relation. */
@Schema(name = "Deletion", description = "What a DELETE would do")
public record DeletionReport(
        @Schema(required = true) List<AffectedRows> deleted,
        @Schema(required = true) List<AffectedRows> unlinked,
        @Schema(required = true) List<AffectedRows> reassigned) {

    /** The number of affected rows of one relation, and the path that shows them; null when there is no such path. */
    @Schema(name = "DeletionEffect")
    public record AffectedRows(
            @Schema(required = true, examples = "posts") String relation,
            @Schema(required = true, examples = "3") long count,

            @Schema(required = true, nullable = true, examples = "/users/5/posts")
            String href) {}

    /** Returns a report with the effects that concern at least one row. */
    public static DeletionReport of(
            Stream<AffectedRows> deleted, Stream<AffectedRows> unlinked, Stream<AffectedRows> reassigned) {
        return new DeletionReport(any(deleted), any(unlinked), any(reassigned));
    }

    private static List<AffectedRows> any(Stream<AffectedRows> effects) {
        return effects.filter(effect -> effect.count() > 0).toList();
    }
}
