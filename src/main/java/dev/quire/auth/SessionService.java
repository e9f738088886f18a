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
import dev.quire.problem.ProblemException.SecondFactorRequired;
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

/** The use cases of sessions. A session is the family of refresh tokens of one log-in. */
@ApplicationScoped
public class SessionService {
    private static final int LONGEST_USER_AGENT = 300;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    /** The representation of sessions of which none is the caller's current session. */
    private static final Representation SESSION = representation(0);

    /** The sessions of a user, the most recently used first. */
    public static final PagedCollection SESSIONS = new PagedCollection(SESSION, "-usedAt").sort("usedAt");

    private final QueryService queries;
    private final Preconditions preconditions;
    private final Audit audit;
    private final Duration life;
    private final Duration idle;
    private final Duration repeat;
    private final boolean adminsNeedSecondFactor;
    private final Totps totps;
    private final SecureRandom random = new SecureRandom();

    SessionService(QueryService queries, Preconditions preconditions, Audit audit, Totps totps, AuthSettings settings) {
        this.queries = queries;
        this.preconditions = preconditions;
        this.audit = audit;
        this.totps = totps;
        this.adminsNeedSecondFactor = settings.admins().totp().equals("required");
        this.life = settings.sessions().life();
        this.idle = settings.sessions().idle();
        this.repeat = settings.sessions().repeat();
    }

    private static Representation representation(long current) {
        return Representation.of(Session.class)
                .show("id", "userAgent")
                .showEquality("current", "id", current)
                .show("createdAt", "usedAt");
    }

    /**
     * Opens a session.
     *
     * @param passwordHash the hash against which the password was verified
     * @param code the code of the second factor; null for none
     * @return null as the item when the user no longer has this hash
     * @throws SecondFactorRequired as the failure, when the user has a second factor, and the code is missing or wrong
     */
    @WithTransaction
    public Uni<IssuedTokens> open(long user, String passwordHash, String code, Client client) {
        return User.lockForShare(user, passwordHash)
                .chain(held -> held == null ? none() : requireCode(held, code).chain(() -> open(held, client)));
    }

    private Uni<?> requireCode(LockedUser user, String code) {
        if (!user.secondFactor()) {
            return Uni.createFrom().voidItem();
        }
        if (code == null) {
            throw new SecondFactorRequired("A code of the authenticator app is required.");
        }
        return totps.use(user.id(), code, user.now(), true).invoke(right -> {
            if (!right) {
                throw new SecondFactorRequired("The code is wrong.");
            }
        });
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
                    // Only the secret is hashed: the session has no id yet, and the tag is derived from both.
                    session.currentHash =
                            RefreshToken.of(0, secret, session.key).hash();
                    return session.<Session>persistAndFlush();
                })
                .map(session -> grant(session, user, RefreshToken.of(session.id, secret, session.key)));
    }

    /**
     * Replaces a refresh token by its successor (refresh token rotation). A token that was replaced before ends the session,
     * because one of its holders is a thief. The exception is a repetition within {@link AuthSettings.Sessions#repeat}, while the
     * successor is unused: the device lost the response, or refreshed twice concurrently. It gets the same successor again.
     *
     * @return null as the item when the token is invalid
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

    /**
     * Ends the session of a refresh token, which may be any token that the session has had.
     *
     * @return the id of the user; null as the item when there is no such session
     */
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
     * Replaces the hash of a password, and ends all sessions of the user except {@code kept}, so that anyone else with the
     * old password is logged out.
     *
     * @return false as the item when the user no longer has the old hash
     */
    @WithTransaction
    public Uni<Boolean> changePassword(long user, String from, String to, long kept) {
        // A concurrent log-in with the old password locks the user. Its transaction has ended when this update acquires
        // the lock, so its session is ended, too.
        return User.rehash(user, from, to)
                .chain(changed -> changed == 0
                        ? Uni.createFrom().item(false)
                        : preconditions
                                .check(() -> queries.stored(UserService.USER, Filter.id(user)))
                                .chain(() -> Session.deleteOthers(user, kept))
                                .replaceWith(true));
    }

    /** Returns a page of the sessions of a user that can be refreshed, with the current session marked. */
    public Uni<Page> page(long user, long current, FieldParameters showing, PageRequest request) {
        return queries.page(SESSIONS, queries.select(representation(current), showing), request, liveOf(user));
    }

    /** Streams the same sessions as lines. */
    public Multi<RawJson> stream(long user, long current, FieldParameters showing, String sort) {
        return queries.stream(SESSIONS, queries.select(representation(current), showing), sort, liveOf(user));
    }

    private Filter liveOf(long user) {
        Instant now = Instant.now();
        return Filter.related(SESSION, "user", List.of(user))
                .and(Filter.after(SESSION, "usedAt", now.minus(idle)))
                .and(Filter.after(SESSION, "createdAt", now.minus(life)));
    }

    /**
     * Ends a session of the user, unless it is a dry run.
     *
     * @throws NotFound as the failure, when the user has no such session
     */
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

    private IssuedTokens grant(Session session, LockedUser user, RefreshToken token) {
        boolean admin = user.admin() && (user.secondFactor() || !adminsNeedSecondFactor);
        return new IssuedTokens(session.id, user.id(), admin, user.now(), session.createdAt, token.text());
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
