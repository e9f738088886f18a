package dev.quire.model;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;

/** A log-in on one device with its family of refresh tokens, of which only the latest is valid. */
@Entity
@Table(
        name = "sessions",
        indexes = {
            @Index(columnList = "user_id, used_at, id"),
            @Index(columnList = "used_at"),
            @Index(columnList = "created_at")
        })
public class Session extends PanacheEntityBase {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    @Version
    public int version;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    @OnDelete(action = OnDeleteAction.CASCADE)
    @JoinColumn(name = "user_id", nullable = false)
    public User user;

    /** The user agent that the device claims to be. */
    @Column(length = 300)
    public String userAgent;

    @Column(nullable = false, updatable = false)
    public Instant createdAt;

    /** The time of the last refresh, initially the start of the session. */
    @Column(nullable = false)
    public Instant usedAt;

    /** The key that authenticates the tokens of this session. It tells a replaced token from a forged token. */
    @Column(nullable = false, updatable = false)
    public byte[] key;

    /** The hash of the secret in the valid token. */
    @Column(nullable = false)
    public byte[] currentHash;

    /** The hash of the secret in the previous token; null until the first refresh. */
    public byte[] previousHash;

    /** The seed by which the secret of the valid token was derived from that of the previous token. */
    public byte[] seed;

    /** The time when the valid token replaced the previous token. */
    public Instant refreshedAt;

    /** Locks and returns the session, null if there is none. Others cannot change or end it until the transaction ends. */
    public static Uni<Session> lockOne(long id) {
        return AuditedEntity.lock("sessions", id, "update").chain(found -> found == null ? nothing() : findById(id));
    }

    private static Uni<Session> nothing() {
        return Uni.createFrom().nullItem();
    }

    /** Ends a session. Returns the number of sessions that were ended. */
    public static Uni<Long> deleteOne(long id) {
        return delete("id", id);
    }

    /** Ends a session if it belongs to this user. Returns the number of sessions that were ended. */
    public static Uni<Long> deleteOne(long id, long user) {
        return delete("id = ?1 and user.id = ?2", id, user);
    }

    /** Ends all sessions of a user except {@code kept}. */
    public static Uni<Long> deleteOthers(long user, long kept) {
        return delete("user.id = ?1 and id <> ?2", user, kept);
    }

    /** Ends some of the sessions that were last used, or that began, before these times. */
    public static Uni<Integer> deleteExpired(Instant used, Instant created) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery("""
                                delete from sessions where id in (
                                  select id from sessions where used_at < :used or created_at < :created
                                  limit 100 for update skip locked)
                                """)
                        .setParameter("used", used)
                        .setParameter("created", created)
                        .executeUpdate());
    }
}
