package dev.quire.auth;

import dev.quire.database.MigrationsReadiness;
import dev.quire.mail.MailTokens;
import dev.quire.security.ServiceSecrets;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.health.Readiness;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;

/** The second factors of users. Secrets are stored encrypted, recovery codes as keyed hashes. */
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

    private static final String USE_CODE = "delete from totp_recovery_codes"
            + " where user_id = :user and code_hash = any (string_to_array(:hashes, ' '))";

    private static final String REMOVE = "delete from totps where user_id = :user";

    private static final String OF_OTHER_KEYS = """
            select user_id, secret from totps
            where substring(secret from 1 for octet_length(cast($1 as bytea))) <> cast($1 as bytea)
            order by user_id limit 100 for update skip locked
            """;

    private static final String RENEW = "update totps set secret = $2 where user_id = $1";

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

    /** Encrypts all secrets with the key that signs, so that the keys before it can be removed. */
    void start(
            @Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) StartupEvent start,
            @Readiness MigrationsReadiness schema) {
        schema.whenCurrent()
                .chain(this::renew)
                .subscribe()
                .with(
                        renewed -> {},
                        failure -> LOG.warnf("Second factors stay encrypted with a former key: %s", failure.getMessage()));
    }

    private Uni<Void> renew() {
        return pool.withTransaction(connection -> connection
                        .preparedQuery(OF_OTHER_KEYS)
                        .execute(Tuple.of(secrets.header()))
                        .chain(rows -> renew(connection, StreamSupport.stream(rows.spliterator(), false).toList())))
                .chain(renewed -> renewed == 0 ? Uni.createFrom().voidItem() : renew());
    }

    private Uni<Integer> renew(SqlConnection connection, List<Row> rows) {
        Uni<Integer> renewed = Uni.createFrom().item(0);
        for (Row row : rows) {
            byte[] secret = secrets.open(purpose(row.getLong(0)), row.getBuffer(1).getBytes()).orElse(null);
            if (secret == null) {
                LOG.warnf("The second factor of user %d needs a key that is no longer there", row.getLong(0));
                continue;
            }
            byte[] sealed = secrets.seal(purpose(row.getLong(0)), secret);
            renewed = renewed.chain(count -> connection
                    .preparedQuery(RENEW)
                    .execute(Tuple.of(row.getLong(0), sealed))
                    .replaceWith(count + 1));
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
        return session()
                .chain(session -> session.createNativeQuery(FIND, jakarta.persistence.Tuple.class)
                        .setParameter("user", user)
                        .getSingleResultOrNull())
                .chain(row -> {
                    if (row == null || row.get(1, Boolean.class) != confirmed) {
                        return Uni.createFrom().item(false);
                    }
                    OptionalLong step = secrets.open(purpose(user), HexFormat.of().parseHex(row.get(0, String.class)))
                            .map(secret -> Totp.step(secret, MailTokens.typed(code), now, row.get(2, Long.class)))
                            .orElse(OptionalLong.empty());
                    return step.isPresent()
                            ? update(USE, user, "step", step.getAsLong())
                            : update(USE_CODE, user, "hashes", secrets.hashes(purpose(user), MailTokens.typed(code)));
                });
    }

    /** Returns new recovery codes in place of all before them. */
    Uni<List<String>> newRecoveryCodes(long user, int count) {
        List<String> created = Stream.generate(() -> codes.code(RECOVERY_CODE))
                .limit(count)
                .toList();
        Uni<Boolean> stored = Uni.createFrom().item(true);
        for (String code : created) {
            stored = stored.chain(() -> update(ADD_CODE, user, "hash", secrets.hash(purpose(user), code)));
        }
        return stored.replaceWith(
                created.stream().map(code -> code.replaceAll("(.{4})(?=.)", "$1-")).toList());
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
