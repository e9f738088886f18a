package dev.quire.mail;

import dev.quire.security.ServiceSecrets;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/**
 * The tokens and codes that are mailed. Only keyed hashes of them are stored. Each can be used once, and the newest for a
 * subject replaces the one before it.
 */
@Singleton
public class MailTokens {
    /** The uses of a token. A token for one is of no use for another. */
    public enum Purpose {
        RECOVERY,
        /** The recovery of an account whose email was changed. */
        RESTORATION,
        CONFIRMATION,
        REGISTRATION
    }

    private static final String REPLACE = """
            with expired as (
              delete from mail_tokens where (purpose, subject) in (
                select purpose, subject from mail_tokens where expires_at < now() limit 100 for update skip locked)
              and (purpose, subject) <> (:purpose, :subject))
            insert into mail_tokens (purpose, subject, user_id, address, token_hash, code_hash, content, expires_at)
            values (:purpose, :subject, nullif(cast(:user as bigint), 0), :address, :token, :code,
              nullif(:content, cast('' as bytea)), now() + make_interval(secs => :life))
            on conflict (purpose, subject) do update set
              user_id = excluded.user_id, address = excluded.address, token_hash = excluded.token_hash,
              code_hash = excluded.code_hash, content = excluded.content, expires_at = excluded.expires_at, tries = 0
            """;

    private static final String FIND = """
            select purpose, subject, coalesce(user_id, 0), address, token_hash, content from mail_tokens
            where token_hash = any (string_to_array($1, ' ')) and purpose = any ($2) and expires_at > now()
            """;

    /** The statement that counts a guess at a code, right or wrong, for a known address as for an unknown one. */
    private static final String GUESS = """
            update mail_tokens set tries = tries + 1
            where purpose = $1 and subject = $2 and expires_at > now() and tries < $4
            returning purpose, subject, coalesce(user_id, 0), address, token_hash, content,
              code_hash = any (string_to_array($3, ' '))
            """;

    private static final String USE = "delete from mail_tokens"
            + " where purpose = :purpose and subject = :subject and token_hash = :token and expires_at > now()";

    private static final String REMOVE =
            "delete from mail_tokens where user_id = :user and (:all or purpose <> '" + Purpose.RESTORATION + "')";

    /** The time for which a token is good, from when its mail is sent. */
    public static final Duration LIFE = Duration.ofMinutes(30);

    private static final int TRIES = 5;

    /** The characters of codes, of which no two look alike. */
    private static final String ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    private static final int CODE = 8;
    private static final int TOKEN_BYTES = 32;

    private final Pool pool;
    private final ServiceSecrets secrets;
    private final SecureRandom random = new SecureRandom();

    MailTokens(Pool pool, ServiceSecrets secrets) {
        this.pool = pool;
        this.secrets = secrets;
    }

    /** A token and a code as they are mailed. They must not be stored or logged. */
    record Issued(String token, String code) {
        @Override
        public String toString() {
            return "Issued[]";
        }
    }

    /**
     * A token that was found, and that is not used up yet.
     *
     * @param user the id of the user, 0 for none
     * @param address the address to which the token was mailed
     * @param content the encrypted content of the mail; empty for none
     */
    public record Found(Purpose purpose, String subject, long user, String address, String tokenHash, byte[] content) {
        @Override
        public String toString() {
            return "Found[" + purpose + "]";
        }

        private static Found of(Row row) {
            Buffer content = row.getBuffer(5);
            return new Found(
                    Purpose.valueOf(row.getString(0)),
                    row.getString(1),
                    row.getLong(2),
                    row.getString(3),
                    row.getString(4),
                    content == null ? new byte[0] : content.getBytes());
        }
    }

    /** Returns the subject of tokens for an address, in the one spelling of all its spellings. */
    public static String subject(String address) {
        return address.toLowerCase(Locale.ROOT);
    }

    /**
     * Creates a token in the current transaction, in place of the one before it.
     *
     * @param user the id of the user, 0 for none
     */
    Uni<Issued> issue(Purpose purpose, String subject, long user, String address, byte[] content) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        var issued = new Issued(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), code(CODE));
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(REPLACE)
                        .setParameter("purpose", purpose.name())
                        .setParameter("subject", subject)
                        .setParameter("user", user)
                        .setParameter("address", address)
                        .setParameter("token", secrets.hash("token", issued.token()))
                        .setParameter("code", secrets.hash("code", subject + " " + issued.code()))
                        .setParameter("content", content)
                        .setParameter("life", LIFE.toSeconds())
                        .executeUpdate())
                .replaceWith(issued);
    }

    /** Returns a random code of this length. */
    public String code(int length) {
        return random.ints(length, 0, ALPHABET.length())
                .collect(StringBuilder::new, (code, at) -> code.append(ALPHABET.charAt(at)), StringBuilder::append)
                .toString();
    }

    /** Returns a code as it was mailed, for one as somebody has typed it. */
    public static String typed(String code) {
        return code.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
    }

    /** Finds a token with one of these purposes; null as the item for none. It is not used up by that. */
    public Uni<Found> find(String token, Set<Purpose> purposes) {
        String[] names = purposes.stream().map(Purpose::name).toArray(String[]::new);
        return run(FIND, Tuple.of(secrets.hashes("token", token), names))
                .map(rows ->
                        rows.rowCount() == 0 ? null : Found.of(rows.iterator().next()));
    }

    /** Finds a token by its code; null as the item when the code is wrong. There are five tries for each. */
    public Uni<Found> guess(Purpose purpose, String subject, String code) {
        String hashes = secrets.hashes("code", subject + " " + typed(code));
        return run(GUESS, Tuple.of(purpose.name(), subject, hashes, TRIES)).map(rows -> {
            Row row = rows.rowCount() == 0 ? null : rows.iterator().next();
            return row != null && row.getBoolean(6) ? Found.of(row) : null;
        });
    }

    private Uni<RowSet<Row>> run(String sql, Tuple values) {
        return pool.withConnection(connection -> connection.preparedQuery(sql).execute(values));
    }

    /** Uses a token up in the current transaction. Returns false as the item when it is used up or replaced already. */
    public Uni<Boolean> use(Found token) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(USE)
                        .setParameter("purpose", token.purpose().name())
                        .setParameter("subject", token.subject())
                        .setParameter("token", token.tokenHash())
                        .executeUpdate())
                .map(used -> used == 1);
    }

    /**
     * Removes the other tokens of a user in the current transaction. Those that were mailed to former emails stay, unless one
     * of them was used: they are the way back, which whoever has taken an account must not be able to close.
     */
    public Uni<?> removeOthers(Found used) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(REMOVE)
                        .setParameter("user", used.user())
                        .setParameter("all", used.purpose() == Purpose.RESTORATION)
                        .executeUpdate());
    }
}
