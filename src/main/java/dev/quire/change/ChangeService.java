package dev.quire.change;

import dev.quire.json.RawJson;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import dev.quire.problem.ProblemException.Unauthenticated;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import dev.quire.query.ChangeFeed;
import dev.quire.query.ChangeFeed.Change;
import dev.quire.query.ChangeFeed.Changes;
import dev.quire.query.ChangeKind;
import dev.quire.query.ChangePosition;
import dev.quire.security.Caller;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** The use cases of the changes of all rows. */
@ApplicationScoped
public class ChangeService {
    /** The size in bytes after which a page ends, so that a thousand of the longest rows are not in memory. */
    private static final int LONG_PAGE = 1024 * 1024;

    private final ChangeFeed feed;
    private final ChangeStreams streams;

    ChangeService(ChangeFeed feed, ChangeStreams streams) {
        this.feed = feed;
        this.streams = streams;
    }

    /**
     * Returns the changes after a position.
     *
     * @param since null for the beginning
     * @param kinds null for all that the caller may read
     */
    public Uni<RawJson> read(String since, List<String> kinds, int limit, Caller caller) {
        ChangePosition from = position(since, Violation::ofParameter, "since");
        return feed.read(from, select(kinds, caller), List.of(caller.id()), limit, LONG_PAGE)
                .map(ChangeService::json);
    }

    /**
     * Streams the changes after a position, and all that follow, until the client's token expires.
     *
     * @param since null for the beginning
     * @param lastEventId the position that the client has reached since it began; null for none
     * @param kinds null for all that the caller may read
     * @param expiry null without a token
     * @return completes at the end of the stream
     * @throws ServiceUnavailable if too many clients are listening
     */
    public Uni<Void> stream(
            RoutingContext routing,
            String since,
            String lastEventId,
            List<String> kinds,
            Caller caller,
            Instant expiry) {
        ChangePosition from = lastEventId == null
                ? position(since, Violation::ofParameter, "since")
                : position(lastEventId, Violation::ofHeader, "Last-Event-ID");
        List<String> names = select(kinds, caller);
        streams.admit();
        boolean isPrivate = names.stream().anyMatch(streams.privateKinds()::contains);
        var stream = new ChangeStream(streams, routing, names, isPrivate ? caller.id() : 0);
        return stream.begin(from, expiry).onTermination().invoke(streams::release);
    }

    /** The place of a fault in a request. */
    private interface Place {
        Violation violation(String name, Code code, String detail);
    }

    private static ChangePosition position(String text, Place place, String name) {
        return text == null
                ? ChangePosition.BEGINNING
                : ChangePosition.parse(text).orElseThrow(() -> {
                    String detail = "is not a position of these changes";
                    return new BadRequest(
                            "The position in " + name + " is malformed.",
                            List.of(place.violation(name, Code.MALFORMED, detail)));
                });
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
