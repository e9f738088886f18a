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
 * The rate limiting of attempts. An attempt is counted in PostgreSQL before it is made, so that a thousand concurrent
 * attempts at all replicas do not count as one. It is taken back if it turns out not to be a wrong guess.
 */
@Singleton
public class AttemptThrottle {
    /** The statement that counts attempts. It locks the keys in a fixed order, so that two statements never deadlock. */
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

    /**
     * The statement that takes the next turn of an account, unless too many log-ins are pending. It returns the milliseconds
     * until the turn begins. The column {@code until} is the end of the turn.
     */
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

    /** The time between two guesses at an account that is guessed at from many addresses, in seconds. */
    private static final int PACE = 1;

    /** The longest wait in the queue, in seconds. It is shorter than the deadline of a request. */
    private static final int LONGEST_QUEUE = 5;

    private static final Duration KNOWN = Duration.ofDays(30);

    private final Pool pool;
    private final Duration window;
    private final int logIn;
    private final int logInOfAddress;
    private final int logInOfAccount;
    private final int register;
    private final int refresh;
    private final int recovery;
    private final int recoveryAccount;

    AttemptThrottle(Pool pool, AuthSettings settings) {
        AuthSettings.Limits limits = settings.limits();
        this.pool = pool;
        this.window = limits.window();
        this.logIn = limits.logIn();
        this.logInOfAddress = limits.logInAddress();
        this.logInOfAccount = limits.logInAccount();
        this.register = limits.register();
        this.refresh = limits.refresh();
        this.recovery = limits.recovery();
        this.recoveryAccount = limits.recoveryAccount();
    }

    /**
     * A guess at a password that is about to be made.
     *
     * @param keys the keys for which it was counted
     * @param here the key among them that is reset when the password is right
     * @param known the key that then marks the client's network as known to the account; null to mark nothing
     */
    public record Attempt(List<String> keys, String here, String known) {}

    /**
     * Counts a log-in before it is made. The log-in is rejected after too many failures from this address, either for this
     * account or for all accounts. After too many failures for this account from all addresses, its log-ins take turns, one
     * per second. Guessing is then slow from any number of addresses, and the right password still works. There is no queue
     * for an address from which the user has logged in within 30 days.
     *
     * @throws TooManyRequests as the failure, when the log-in may not be made
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
     * Counts a guess at the password of a logged-in user.
     *
     * @throws TooManyRequests as the failure, when the guess may not be made
     */
    public Uni<Attempt> password(long user) {
        String key = "password " + user;
        return count(List.of(key)).map(counted -> {
            require("password", counted.get(key), logIn);
            return new Attempt(List.of(key), key, null);
        });
    }

    /**
     * Takes a guess back unless it was wrong: one that was right along with those before it.
     *
     * @param wrong the failure of a wrong guess; with any other, no guess was made
     */
    public <T> Uni<T> judge(Attempt attempt, Class<? extends Throwable> wrong, Uni<T> outcome) {
        return outcome.call(() -> right(attempt))
                .onFailure(failure -> !wrong.isInstance(failure))
                .call(() -> unmade(attempt));
    }

    /** Takes back a right guess and all previous guesses at the account from the same network, and remembers the network. */
    public Uni<Void> right(Attempt attempt) {
        Uni<Void> taken = takeBack(attempt, attempt.here());
        return attempt.known() == null
                ? taken
                : taken.chain(() -> run(REMEMBER, Tuple.of(attempt.known(), KNOWN.toSeconds())))
                        .replaceWithVoid();
    }

    /** Takes back a guess that was not made after all. */
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
     * @throws TooManyRequests as the failure, when there are too many registrations from this address
     */
    public Uni<Void> register(Client client) {
        return limit("register", client, register);
    }

    /**
     * Counts a refresh.
     *
     * @throws TooManyRequests as the failure, when there are too many refreshes from this address
     */
    public Uni<Void> refresh(Client client) {
        return limit("refresh", client, refresh);
    }

    /**
     * Counts a recovery that is asked for, in the same way for known emails and unknown ones.
     *
     * @return false as the item when too many mails were sent to this email, which nobody is told
     * @throws TooManyRequests as the failure, when there are too many recoveries from this address
     */
    public Uni<Boolean> recovery(String email, Client client) {
        String account = "recovery-account " + hash(email);
        String address = "recovery " + client.network();
        return count(List.of(account, address)).map(counted -> {
            require("recovery", counted.get(address), recovery);
            return counted.get(account).count() <= recoveryAccount;
        });
    }

    /** Counts a confirmation that a user asks for. Returns false as the item when it is one too many. */
    public Uni<Boolean> confirmation(long user) {
        String key = "confirmation-account " + user;
        return count(List.of(key)).map(counted -> counted.get(key).count() <= recoveryAccount);
    }

    /**
     * Counts the completion of a recovery or a confirmation.
     *
     * @throws TooManyRequests as the failure, when there are too many from this address
     */
    public Uni<Void> completion(Client client) {
        return limit("completion", client, recovery);
    }

    /**
     * Counts a guess at a code of the second factor.
     *
     * @throws TooManyRequests as the failure, when the guess may not be made
     */
    public Uni<Attempt> code(long user) {
        String key = "code " + user;
        return count(List.of(key)).map(counted -> {
            require("code", counted.get(key), logIn);
            return new Attempt(List.of(key), key, null);
        });
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

    /** Returns the hash of an email, because people may type their password in place of the email. */
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
