package dev.quire.mail;

import dev.quire.problem.ProblemException.NotFound;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * The outbox: mails are stored in the transaction of the request that asks for them, so that they are sent if and only if it
 * is committed, and no request waits for a mail server. {@link MailSender} sends them.
 */
@Singleton
public class Outbox {
    private static final String PUT = "insert into mails (kind, address, language, user_id, content) values"
            + " (:kind, :address, :language, nullif(cast(:user as bigint), 0), nullif(:content, cast('' as bytea)))";

    /**
     * The statement that takes mails. It hides them from other senders during the attempt: a transaction that lasts as long
     * as an attempt would hold back changes for everybody.
     */
    private static final String TAKE = """
            with due as (select id from mails where due_at <= now() order by due_at limit $1 for update skip locked)
            update mails m set attempts = attempts + 1, due_at = now() + make_interval(secs => $2)
            from due where m.id = due.id
            returning m.id, kind, address, language, coalesce(user_id, 0), content, attempts, doubts,
              created_at > now() - make_interval(secs => $3), cast(extract(epoch from created_at) * 1000000 as bigint)
            """;

    /** The statement that counts an attempt before it is made, unless another sender has taken the mail meanwhile. */
    private static final String DOUBT = "update mails set doubts = doubts + 1 where id = :id and attempts = :attempts";

    private static final String COUNT_NEWER =
            "select count(*) from mails where kind = :kind and address = :address and id > :id"
                    + " and coalesce(user_id, 0) = :user";

    private static final String REMOVE = "delete from mails where id = $1";

    private static final String POSTPONE = "update mails set doubts = doubts - $2,"
            + " due_at = now() + make_interval(secs => $3) where id = $1 and attempts = $4";

    /** The time for which a mail is hidden from other senders, longer than an attempt takes. */
    static final Duration LEASE = Duration.ofMinutes(1);

    /** The time for which a mail is tried. */
    private static final Duration LIFE = Duration.ofHours(24);

    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final Pool pool;
    private final MailLanguage language;
    private final boolean enabled;

    Outbox(Pool pool, MailLanguage language, MailSettings settings) {
        this.pool = pool;
        this.language = language;
        this.enabled = settings.from().isPresent();
    }

    /**
     * A mail that is about to be sent.
     *
     * @param user the id of the user, 0 for none
     * @param attempts the number of attempts, this one included
     * @param doubts the number of attempts before this one that may have succeeded
     * @param alive false when the mail has been tried for long enough
     * @param createdAt the time of the request, in microseconds since the epoch
     */
    record Mail(
            long id,
            MailKind kind,
            String address,
            String language,
            long user,
            byte[] content,
            int attempts,
            int doubts,
            boolean alive,
            long createdAt) {
        private static Mail of(Row row) {
            Buffer content = row.getBuffer(5);
            return new Mail(
                    row.getLong(0),
                    MailKind.valueOf(row.getString(1)),
                    row.getString(2),
                    row.getString(3),
                    row.getLong(4),
                    content == null ? new byte[0] : content.getBytes(),
                    row.getInteger(6),
                    row.getInteger(7),
                    row.getBoolean(8),
                    row.getLong(9));
        }
    }

    /** Returns whether mails are sent at all. */
    public boolean isEnabled() {
        return enabled;
    }

    /**
     * Requires that mails are sent.
     *
     * @throws NotFound when there is no mail server
     */
    public void requireEnabled() {
        if (!enabled) {
            throw new NotFound("This service sends no mails.");
        }
    }

    /** Stores a mail to a user in the current transaction, unless mails are not sent. */
    public Uni<?> put(MailKind kind, long user, String address) {
        return enabled
                ? put(kind, user, address, new byte[0])
                : Uni.createFrom().voidItem();
    }

    /** Stores a mail to an address that may be unknown, with an encrypted content. */
    public Uni<?> put(MailKind kind, long user, String address, byte[] content) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(PUT)
                        .setParameter("kind", kind.name())
                        .setParameter("address", address)
                        .setParameter("language", language.current())
                        .setParameter("user", user)
                        .setParameter("content", content)
                        .executeUpdate());
    }

    /** Takes mails that are due. */
    Uni<List<Mail>> take(int limit) {
        return pool.withConnection(connection ->
                        connection.preparedQuery(TAKE).execute(Tuple.of(limit, LEASE.toSeconds(), LIFE.toSeconds())))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(Mail::of)
                        .toList());
    }

    /**
     * Returns whether a newer mail of the same kind to the same user waits as well. The token of the older one would take the
     * place of that in the newer one, if it was created later.
     */
    Uni<Boolean> isSuperseded(Mail mail) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(COUNT_NEWER, Long.class)
                        .setParameter("kind", mail.kind().name())
                        .setParameter("address", mail.address())
                        .setParameter("id", mail.id())
                        .setParameter("user", mail.user())
                        .getSingleResult())
                .map(newer -> newer > 0);
    }

    /**
     * Counts an attempt that is about to be made, in the current transaction.
     *
     * @return false as the item when another sender has taken the mail meanwhile
     */
    Uni<Boolean> doubt(Mail mail) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(DOUBT)
                        .setParameter("id", mail.id())
                        .setParameter("attempts", mail.attempts())
                        .executeUpdate())
                .map(counted -> counted == 1);
    }

    /** Removes a mail that was sent, or that is not sent any more. */
    Uni<Void> remove(Mail mail) {
        return pool.withConnection(
                        connection -> connection.preparedQuery(REMOVE).execute(Tuple.of(mail.id())))
                .replaceWithVoid();
    }

    /**
     * Tries a mail again later.
     *
     * @param certain true if the mail was certainly not sent
     */
    Uni<Void> postpone(Mail mail, boolean certain) {
        Tuple values =
                Tuple.of(mail.id(), certain ? 1 : 0, delay(mail.attempts()).toSeconds(), mail.attempts());
        return pool.withConnection(
                        connection -> connection.preparedQuery(POSTPONE).execute(values))
                .replaceWithVoid();
    }

    /** Returns the time until the next attempt, three times as long each time. */
    static Duration delay(int attempts) {
        double factor = Math.pow(3, Math.min(attempts, 10) - 1);
        long seconds = Math.round(SHORTEST_WAIT.toSeconds() * factor);
        return Duration.ofSeconds(Math.min(seconds, LONGEST_WAIT.toSeconds()));
    }
}
