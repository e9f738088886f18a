package dev.quire.auth;

import dev.quire.database.MigrationsReadiness;
import dev.quire.mail.MailTokens;
import dev.quire.security.ServiceSecrets;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.health.Readiness;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;

/** The second factors of users. Secrets are stored encrypted, and recovery codes as hashes with the secret as key. */
@Singleton
class Totps {
    private static final Logger LOG = Logger.getLogger(Totps.class);

    private static final String SET = "insert into totps as t (user_id, secret) values (:user, :secret)"
            + " on conflict (user_id) do update set secret = excluded.secret where not t.confirmed";

    private static final String COUNT = "select count(*) from totps where user_id = :user and confirmed";

    private static final String FIND =
            "select encode(secret, 'hex'), confirmed, last_step from totps where user_id = :user for update";

    private static final String USE = "update totps set last_step = :step, confirmed = true where user_id = :user";

    private static final String ADD_CODE =
            "insert into totp_recovery_codes (user_id, code_hash) values (:user, :hash) on conflict do nothing";

    private static final String USE_CODE =
            "delete from totp_recovery_codes where user_id = :user and code_hash = :hash";

    private static final String REMOVE = "delete from totps where user_id = :user";

    private static final String OF_OTHER_KEYS = """
            select user_id, secret from totps
            where substring(secret from 1 for octet_length(cast($1 as bytea))) <> cast($1 as bytea) and user_id > $2
            order by user_id limit $3 for update skip locked
            """;

    private static final String RENEW = "update totps set secret = $2 where user_id = $1";

    /** The number of secrets that are encrypted anew in one transaction. */
    private static final int PORTION = 100;

    /** Some replicas may still encrypt with the key before, while others have been restarted already. */
    private static final Duration BETWEEN_RENEWALS = Duration.ofMinutes(10);

    /** The characters of a recovery code, 80 bits. */
    private static final int RECOVERY_CODE = 16;

    private static final String PURPOSE = "second factor";

    private final Pool pool;
    private final ServiceSecrets secrets;
    private final MailTokens codes;

    Totps(Pool pool, ServiceSecrets secrets, MailTokens codes) {
        this.pool = pool;
        this.secrets = secrets;
        this.codes = codes;
    }

    /** Keeps all secrets encrypted with the key that signs, so that the keys before it can be removed. */
    void start(
            @Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) StartupEvent start,
            @Readiness MigrationsReadiness schema,
            Vertx vertx) {
        schema.whenCurrent().subscribe().with(ready -> {
            renew();
            vertx.setPeriodic(BETWEEN_RENEWALS.toMillis(), time -> renew());
        });
    }

    private void renew() {
        renewAfter(0)
                .subscribe()
                .with(
                        renewed -> {},
                        failure -> LOG.warnf(
                                "Second factors may be encrypted with a former key until later: %s",
                                failure.getMessage()));
    }

    private Uni<Void> renewAfter(long user) {
        return pool.withTransaction(connection -> connection
                        .preparedQuery(OF_OTHER_KEYS)
                        .execute(Tuple.of(secrets.header(), user, PORTION))
                        .map(rows ->
                                StreamSupport.stream(rows.spliterator(), false).toList())
                        .call(rows -> renew(connection, rows)))
                .chain(rows -> rows.size() < PORTION
                        ? Uni.createFrom().voidItem()
                        : renewAfter(rows.get(rows.size() - 1).getLong(0)));
    }

    private Uni<?> renew(SqlConnection connection, List<Row> rows) {
        Uni<?> renewed = Uni.createFrom().voidItem();
        for (Row row : rows) {
            long user = row.getLong(0);
            byte[] sealed = secrets.open(purpose(user), row.getBuffer(1).getBytes())
                    .map(secret -> secrets.seal(purpose(user), secret))
                    .orElse(null);
            if (sealed == null) {
                LOG.debugf("The second factor of user %d needs a key that is no longer there", user);
            } else {
                renewed = renewed.chain(() -> connection.preparedQuery(RENEW).execute(Tuple.of(user, sealed)));
            }
        }
        return renewed;
    }

    private static String purpose(long user) {
        return PURPOSE + " " + user;
    }

    /** Returns whether the user has a confirmed second factor. */
    Uni<Boolean> isOn(long user) {
        return session()
                .chain(session -> session.createNativeQuery(COUNT, Long.class)
                        .setParameter("user", user)
                        .getSingleResult())
                .map(confirmed -> confirmed > 0);
    }

    /** Sets a secret that is not confirmed yet. Returns false as the item when the user has a second factor already. */
    Uni<Boolean> set(long user, byte[] secret) {
        return session()
                .chain(session -> session.createNativeQuery(SET)
                        .setParameter("user", user)
                        .setParameter("secret", secrets.seal(purpose(user), secret))
                        .executeUpdate())
                .map(set -> set == 1);
    }

    /**
     * Uses a code, or a recovery code of a confirmed second factor. The row is locked, so that of two that use the same code
     * one gets it.
     *
     * @param confirmed whether the second factor has to be confirmed already, or must not be
     * @return false as the item when the code is wrong, or was used
     */
    Uni<Boolean> use(long user, String code, Instant now, boolean confirmed) {
        String typed = MailTokens.typed(code);
        return find(user).chain(row -> {
            byte[] secret = row == null || row.get(1, Boolean.class) != confirmed ? null : secret(user, row);
            if (secret == null) {
                return Uni.createFrom().item(false);
            }
            OptionalLong step = Totp.step(secret, typed, now, row.get(2, Long.class));
            return step.isPresent()
                    ? update(USE, user, "step", step.getAsLong())
                    : update(USE_CODE, user, "hash", Totp.recoveryHash(secret, typed));
        });
    }

    private static Uni<jakarta.persistence.Tuple> find(long user) {
        return session()
                .chain(session -> session.createNativeQuery(FIND, jakarta.persistence.Tuple.class)
                        .setParameter("user", user)
                        .getSingleResultOrNull());
    }

    /** Returns the secret in a row; null when its key is no longer there. */
    private byte[] secret(long user, jakarta.persistence.Tuple row) {
        return secrets.open(purpose(user), HexFormat.of().parseHex(row.get(0, String.class)))
                .orElse(null);
    }

    /** Returns new recovery codes of a second factor that was just confirmed. */
    Uni<List<String>> newRecoveryCodes(long user, int count) {
        List<String> created =
                Stream.generate(() -> codes.code(RECOVERY_CODE)).limit(count).toList();
        return find(user)
                .call(row -> {
                    byte[] secret = secret(user, row);
                    Uni<?> stored = Uni.createFrom().voidItem();
                    for (String code : created) {
                        stored = stored.chain(() -> update(ADD_CODE, user, "hash", Totp.recoveryHash(secret, code)));
                    }
                    return stored;
                })
                .replaceWith(created.stream()
                        .map(code -> code.replaceAll("(.{4})(?=.)", "$1-"))
                        .toList());
    }

    /** Removes the second factor of a user with its recovery codes. */
    Uni<Boolean> remove(long user) {
        return session()
                .chain(session -> session.createNativeQuery(REMOVE)
                        .setParameter("user", user)
                        .executeUpdate())
                .map(removed -> removed == 1);
    }

    private static Uni<Boolean> update(String sql, long user, String name, Object value) {
        return session()
                .chain(session -> session.createNativeQuery(sql)
                        .setParameter("user", user)
                        .setParameter(name, value)
                        .executeUpdate())
                .map(changed -> changed == 1);
    }

    private static Uni<Mutiny.Session> session() {
        return Panache.getSession();
    }
}
