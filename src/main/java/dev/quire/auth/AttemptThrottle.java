package dev.quire.auth;

import dev.quire.problem.ProblemException.TooManyRequests;
import dev.quire.security.Client;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.MutinyHelper;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Limits what may be tried. An attempt is counted before it is made, in PostgreSQL, so that a thousand at once, at all
 * replicas, are not one; and it is taken back when it was no guess.
 */
@Singleton
public class AttemptThrottle {
    /** All keys in one order, so that two statements never wait for each other. */
    private static final String COUNT = """
            with gone as (
              delete from attempts where key in (
                select key from attempts where until < now() and key <> all ($1) limit 100 for update skip locked))
            insert into attempts (key, count, until)
            select key, 1, now() + make_interval(secs => $2) from unnest($1) key order by key
            on conflict (key) do update set
              count = case when attempts.until <= now() then 1 else attempts.count + 1 end,
              until = case when attempts.until <= now() then excluded.until else attempts.until end
            returning key, count, cast(greatest(1, ceil(extract(epoch from until - now()))) as integer)
            """;

    private static final String TAKE_BACK = """
            with counted as (select key from attempts where key = any ($1) order by key for update)
            update attempts a set count = case when a.key = $2 then 0 else greatest(0, a.count - 1) end
            from counted where a.key = counted.key
            """;

    /** Takes the next turn of an account, unless too many wait, and says in how many milliseconds it is: until is its end. */
    private static final String TAKE_TURN = """
            insert into attempts (key, count, until) values ($1, 1, now() + make_interval(secs => $2))
            on conflict (key) do update set until = greatest(attempts.until, now()) + make_interval(secs => $2)
              where attempts.until < now() + make_interval(secs => $3)
            returning cast(extract(epoch from until - make_interval(secs => $2) - now()) * 1000 as bigint)
            """;

    private static final String REMEMBER = """
            insert into attempts (key, count, until) values ($1, 0, now() + make_interval(secs => $2))
            on conflict (key) do update set until = excluded.until
            """;

    private static final String IS_KNOWN = "select from attempts where key = $1 and until > now()";

    /** In seconds, between two guesses of an account that is guessed at from everywhere. */
    private static final int PACE = 1;

    /** In seconds: how long the last in the queue waits, which is less than the time of a request. */
    private static final int LONGEST_QUEUE = 5;

    private static final Duration KNOWN = Duration.ofDays(30);

    private final Pool pool;
    private final Duration window;
    private final int logIn;
    private final int logInOfAddress;
    private final int logInOfAccount;
    private final int register;
    private final int refresh;

    AttemptThrottle(Pool pool, AttemptLimits limits) {
        this.pool = pool;
        this.window = limits.window();
        this.logIn = limits.logIn();
        this.logInOfAddress = limits.logInAddress();
        this.logInOfAccount = limits.logInAccount();
        this.register = limits.register();
        this.refresh = limits.refresh();
    }

    /**
     * A guess of a password that is about to be made.
     *
     * @param keys what it was counted for
     * @param here of these, what starts anew when the password is right
     * @param known what is remembered then of where it was made; null for nothing
     */
    public record Attempt(List<String> keys, String here, String known) {}

    /**
     * Counts a log-in before it is made. Whoever failed too often from this address, for this account or for any, has to
     * wait. When an account was guessed at too often from all addresses together, log-ins take turns, one each second: guessing
     * is slow however many addresses there are, and the right password is as good as ever. From where its user has logged in
     * within a month there is no queue.
     *
     * @throws TooManyRequests as the failure, when it may not be made
     */
    public Uni<Attempt> logIn(String email, Client client) {
        String network = client.network();
        String hash = hash(email);
        String account = "log-in-account " + hash;
        String address = "log-in-address " + network;
        String here = "log-in " + hash + " " + network;
        String known = "log-in-known " + hash + " " + network;
        var attempt = new Attempt(List.of(account, address, here), here, known);
        return count(attempt.keys()).chain(counted -> {
            require("log-in-address", counted.get(address), logInOfAddress);
            require("log-in", counted.get(here), logIn);
            if (counted.get(account).count() <= logInOfAccount) {
                return Uni.createFrom().item(attempt);
            }
            return run(IS_KNOWN, Tuple.of(known))
                    .chain(rows -> rows.rowCount() > 0
                            ? Uni.createFrom().item(attempt)
                            : inTurn(attempt, "log-in-turn " + hash));
        });
    }

    private Uni<Attempt> inTurn(Attempt attempt, String key) {
        return run(TAKE_TURN, Tuple.of(key, PACE, LONGEST_QUEUE)).chain(turn -> {
            if (turn.rowCount() == 0) {
                return unmade(attempt).onItem().failWith(this::tooManyWait).replaceWith(attempt);
            }
            long milliseconds = Math.max(1, turn.iterator().next().getLong(0));
            return Uni.createFrom()
                    .item(attempt)
                    .onItem()
                    .delayIt()
                    .by(Duration.ofMillis(milliseconds))
                    .emitOn(MutinyHelper.executor(Vertx.currentContext()));
        });
    }

    private TooManyRequests tooManyWait() {
        return new TooManyRequests("log-in-account", logInOfAccount, window.toSeconds(), LONGEST_QUEUE);
    }

    /**
     * Counts a guess of the password of a user who is logged in.
     *
     * @throws TooManyRequests as the failure, when it may not be made
     */
    public Uni<Attempt> password(long user) {
        String key = "password " + user;
        return count(List.of(key)).map(counted -> {
            require("password", counted.get(key), logIn);
            return new Attempt(List.of(key), key, null);
        });
    }

    /** Takes a guess back that was right, and with it those before it from there; remembers where it was made. */
    public Uni<Void> right(Attempt attempt) {
        Uni<Void> taken = takeBack(attempt, attempt.here());
        return attempt.known() == null
                ? taken
                : taken.chain(() -> run(REMEMBER, Tuple.of(attempt.known(), KNOWN.toSeconds())))
                        .replaceWithVoid();
    }

    /** Takes a guess back that was not made after all. */
    public Uni<Void> unmade(Attempt attempt) {
        return takeBack(attempt, "");
    }

    private Uni<Void> takeBack(Attempt attempt, String anew) {
        return run(TAKE_BACK, Tuple.of(attempt.keys().toArray(String[]::new), anew))
                .replaceWithVoid();
    }

    /**
     * Counts a registration.
     *
     * @throws TooManyRequests as the failure, when there are too many from this address
     */
    public Uni<Void> register(Client client) {
        return limit("register", client, register);
    }

    /**
     * Counts a refresh.
     *
     * @throws TooManyRequests as the failure, when there are too many from this address
     */
    public Uni<Void> refresh(Client client) {
        return limit("refresh", client, refresh);
    }

    private Uni<Void> limit(String policy, Client client, int limit) {
        String key = policy + " " + client.network();
        return count(List.of(key))
                .invoke(counted -> require(policy, counted.get(key), limit))
                .replaceWithVoid();
    }

    private record Counted(int count, int seconds) {}

    private Uni<Map<String, Counted>> count(List<String> keys) {
        return run(COUNT, Tuple.of(keys.toArray(String[]::new), window.toSeconds()))
                .map(rows -> {
                    var counted = new HashMap<String, Counted>();
                    for (Row row : rows) {
                        counted.put(row.getString(0), new Counted(row.getInteger(1), row.getInteger(2)));
                    }
                    return counted;
                });
    }

    private Uni<RowSet<Row>> run(String sql, Tuple values) {
        return pool.withConnection(connection -> connection.preparedQuery(sql).execute(values));
    }

    private void require(String policy, Counted counted, int limit) {
        if (counted.count() > limit) {
            throw new TooManyRequests(policy, limit, window.toSeconds(), counted.seconds());
        }
    }

    /** What people type for an email may be their password. */
    private static String hash(String email) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(email.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
