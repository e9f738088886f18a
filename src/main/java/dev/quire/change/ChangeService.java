package dev.quire.change;

import dev.quire.json.RawJson;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.Unauthenticated;
import dev.quire.problem.Violation.Code;
import dev.quire.query.ChangeFeed;
import dev.quire.query.ChangeFeed.Change;
import dev.quire.query.ChangeFeed.Changes;
import dev.quire.query.ChangeKind;
import dev.quire.query.ChangePosition;
import dev.quire.security.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.stream.Collectors;

/** The use cases of the changes of all rows. */
@ApplicationScoped
public class ChangeService {
    /** The size in bytes after which a page ends, so that a thousand of the longest rows are not in memory. */
    private static final int LONG_PAGE = 1024 * 1024;

    private final ChangeFeed feed;

    ChangeService(ChangeFeed feed) {
        this.feed = feed;
    }

    /**
     * Returns the changes after a position.
     *
     * @param since null for the beginning
     * @param kinds null for all that the caller may read
     */
    public Uni<RawJson> read(String since, List<String> kinds, int limit, Caller caller) {
        ChangePosition from = since == null ? ChangePosition.BEGINNING : ChangePosition.of("since", since);
        return feed.read(from, select(kinds, caller), List.of(caller.id()), limit, LONG_PAGE)
                .map(ChangeService::json);
    }

    /**
     * Returns the kinds that a request names, or else all that the caller may read.
     *
     * @throws BadRequest if one is unknown
     * @throws Unauthenticated if one needs a token
     */
    private List<String> select(List<String> kinds, Caller caller) {
        if (kinds == null || kinds.isEmpty()) {
            return feed.kinds().values().stream()
                    .filter(kind -> mayRead(caller, kind))
                    .map(ChangeKind::name)
                    .toList();
        }
        List<String> names = kinds.stream()
                .flatMap(some -> List.of(some.split(",", -1)).stream())
                .distinct()
                .sorted()
                .toList();
        for (String name : names) {
            ChangeKind kind = feed.kinds().get(name);
            if (kind == null) {
                throw BadRequest.parameter(
                        "kinds",
                        Code.UNKNOWN,
                        "must be among " + String.join(", ", feed.kinds().keySet()));
            }
            if (!mayRead(caller, kind)) {
                throw new Unauthenticated("The kind " + name + " needs a token.");
            }
        }
        return names;
    }

    private static boolean mayRead(Caller caller, ChangeKind kind) {
        return !kind.isPrivate() || caller.id() != 0;
    }

    private static RawJson json(Changes changes) {
        return new RawJson(changes.changes().stream()
                .map(Change::json)
                .collect(Collectors.joining(
                        ",",
                        "{\"changes\":[",
                        "],\"position\":\"" + changes.position().text() + "\",\"more\":" + changes.more() + "}")));
    }
}
