package dev.quire.auth;

import dev.quire.http.DeletionReport;
import dev.quire.http.DeletionReport.AffectedRows;
import dev.quire.http.FieldParameters;
import dev.quire.http.Page;
import dev.quire.http.PageRequest;
import dev.quire.http.Preconditions;
import dev.quire.json.RawJson;
import dev.quire.model.Session;
import dev.quire.model.User;
import dev.quire.model.User.LockedUser;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.query.Filter;
import dev.quire.query.PagedCollection;
import dev.quire.query.QueryService;
import dev.quire.query.Representation;
import dev.quire.security.Audit;
import dev.quire.security.Audit.Event;
import dev.quire.security.Client;
import dev.quire.user.UserService;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The use cases of sessions, each the family of refresh tokens of one log-in. */
@ApplicationScoped
public class SessionService {
    private static final int LONGEST_USER_AGENT = 300;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    /** What is shown of a session to who has none of them for a token. */
    private static final Representation SESSION = representation(0);

    /** The sessions of a user, the last used first. */
    public static final PagedCollection SESSIONS = new PagedCollection(SESSION, "-usedAt").sort("usedAt");

    private final QueryService queries;
    private final Preconditions preconditions;
    private final Audit audit;
    private final Duration life;
    private final Duration idle;
    private final Duration repeat;
    private final SecureRandom random = new SecureRandom();

    SessionService(QueryService queries, Preconditions preconditions, Audit audit, SessionLifetime lifetime) {
        this.queries = queries;
        this.preconditions = preconditions;
        this.audit = audit;
        this.life = lifetime.life();
        this.idle = lifetime.idle();
        this.repeat = lifetime.repeat();
    }

    private static Representation representation(long current) {
        return Representation.of(Session.class)
                .show("id", "userAgent")
                .showEquality("current", "id", current)
                .show("createdAt", "usedAt");
    }

    /**
     * Begins a session.
     *
     * @param passwordHash of the password that was right; null as the item when it is no longer that of the user
     */
    @WithTransaction
    public Uni<IssuedTokens> open(long user, String passwordHash, Client client) {
        return User.lockForShare(user, passwordHash).chain(held -> held == null ? none() : open(held, client));
    }

    private Uni<IssuedTokens> open(LockedUser user, Client client) {
        byte[] secret = random(RefreshToken.SECRET);
        return Session.deleteExpired(user.now().minus(idle), user.now().minus(life))
                .chain(Panache::getSession)
                .chain(database -> {
                    var session = new Session();
                    session.user = database.getReference(User.class, user.id());
                    session.userAgent = cleaned(client.userAgent());
                    session.createdAt = user.now();
                    session.usedAt = user.now();
                    session.key = random(32);
                    // Only the secret is hashed: the id is not there yet, and the rest follows from both.
                    session.currentHash =
                            RefreshToken.of(0, secret, session.key).hash();
                    return session.<Session>persistAndFlush();
                })
                .map(session -> grant(session, user, RefreshToken.of(session.id, secret, session.key)));
    }

    /**
     * Replaces a refresh token by its successor. A token that was replaced already ends the session, since one of those
     * who have it is a thief; not so while its successor was not used, and for a while: that is a device which has no answer,
     * or which refreshes twice at once. Whoever repeats it gets the same successor.
     *
     * @return null as the item when the token is not good
     */
    @WithTransaction
    public Uni<IssuedTokens> refresh(String text, Client client) {
        Optional<RefreshToken> token = RefreshToken.parse(text);
        if (token.isEmpty()) {
            return none();
        }
        long id = token.get().session();
        return User.lockForShareOfSession(id)
                .chain(user -> user == null
                        ? none()
                        : Session.lockOne(id)
                                .chain(session ->
                                        session == null || !token.get().isMadeWith(session.key)
                                                ? none()
                                                : refresh(session, user, token.get(), client)));
    }

    private Uni<IssuedTokens> refresh(Session session, LockedUser user, RefreshToken token, Client client) {
        if (isExpired(session, user.now())) {
            return Session.deleteOne(session.id).chain(SessionService::none);
        }
        if (Arrays.equals(token.hash(), session.currentHash)) {
            session.seed = random(32);
            RefreshToken successor = token.successor(session.seed, session.key);
            session.previousHash = session.currentHash;
            session.currentHash = successor.hash();
            session.userAgent = cleaned(client.userAgent());
            session.refreshedAt = user.now();
            session.usedAt = user.now();
            return Uni.createFrom().item(grant(session, user, successor));
        }
        boolean repeated = Arrays.equals(token.hash(), session.previousHash)
                && user.now().isBefore(session.refreshedAt.plus(repeat));
        if (repeated) {
            return Uni.createFrom().item(grant(session, user, token.successor(session.seed, session.key)));
        }
        return Session.deleteOne(session.id)
                .invoke(() -> audit.log(Event.REFRESH_TOKEN_REUSED, client, user.id(), session.id))
                .chain(SessionService::none);
    }

    private boolean isExpired(Session session, Instant now) {
        return session.createdAt.plus(life).isBefore(now)
                || session.usedAt.plus(idle).isBefore(now);
    }

    /** Ends the session of a refresh token, which may be any that it had; whose it was, null when there is none. */
    @WithTransaction
    public Uni<Long> end(String text, Client client) {
        Optional<RefreshToken> token = RefreshToken.parse(text);
        if (token.isEmpty()) {
            return Uni.createFrom().nullItem();
        }
        long id = token.get().session();
        return User.lockForShareOfSession(id)
                .chain(user -> user == null
                        ? Uni.createFrom().nullItem()
                        : Session.lockOne(id)
                                .chain(session -> session == null
                                                || !token.get().isMadeWith(session.key)
                                        ? Uni.createFrom().nullItem()
                                        : Session.deleteOne(id)
                                                .invoke(() -> audit.log(Event.LOGGED_OUT, client, user.id(), id))
                                                .replaceWith(user.id())));
    }

    /**
     * Replaces the hash of a password, and ends all sessions of the user but one: whoever had the old password is out.
     *
     * @return false as the item when the password is no longer the one of the old hash
     */
    @WithTransaction
    public Uni<Boolean> changePassword(long user, String from, String to, long kept) {
        // What a log-in with the old password has begun it has ended by the time that this has its lock.
        return User.rehash(user, from, to)
                .chain(changed -> changed == 0
                        ? Uni.createFrom().item(false)
                        : preconditions
                                .check(() -> queries.stored(UserService.USER, Filter.id(user)))
                                .chain(() -> Session.deleteOthers(user, kept))
                                .replaceWith(true));
    }

    /** The sessions of a user that can be refreshed; which one is the current. */
    public Uni<Page> page(long user, long current, FieldParameters showing, PageRequest request) {
        return queries.page(SESSIONS, queries.select(representation(current), showing), request, liveOf(user));
    }

    /** The same as lines. */
    public Multi<RawJson> stream(long user, long current, FieldParameters showing, String sort) {
        return queries.stream(SESSIONS, queries.select(representation(current), showing), sort, liveOf(user));
    }

    private Filter liveOf(long user) {
        Instant now = Instant.now();
        return Filter.related(SESSION, "user", List.of(user))
                .and(Filter.after(SESSION, "usedAt", now.minus(idle)))
                .and(Filter.after(SESSION, "createdAt", now.minus(life)));
    }

    /** Ends one of the user's sessions. */
    @WithTransaction
    public Uni<DeletionReport> delete(long id, long user, boolean dryRun, Client client) {
        Uni<Long> deleted = dryRun
                ? Session.count("id = ?1 and user.id = ?2", id, user)
                : Session.deleteOne(id, user).invoke(sessions -> {
                    if (sessions > 0) {
                        audit.log(Event.LOGGED_OUT, client, user, id);
                    }
                });
        Filter one = Filter.id(id).and(Filter.related(SESSION, "user", List.of(user)));
        return preconditions
                .check(() -> queries.stored(SESSION, one).onItem().ifNull().failWith(() -> new NotFound("session", id)))
                .chain(() -> deleted)
                .map(sessions -> {
                    if (sessions == 0) {
                        throw new NotFound("session", id);
                    }
                    return DeletionReport.of(
                            Stream.of(new AffectedRows("sessions", sessions, null)), Stream.of(), Stream.of());
                });
    }

    private static IssuedTokens grant(Session session, LockedUser user, RefreshToken token) {
        return new IssuedTokens(session.id, user.id(), user.admin(), user.now(), token.text());
    }

    private static String cleaned(String userAgent) {
        if (userAgent == null) {
            return null;
        }
        String kept = userAgent.substring(0, Math.min(userAgent.length(), LONGEST_USER_AGENT));
        return CONTROL.matcher(kept).replaceAll("");
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static Uni<IssuedTokens> none() {
        return Uni.createFrom().nullItem();
    }
}
