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

/** A log-in on one device, and the family of refresh tokens that keeps it: of them, only the last one is good. */
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

    /** What the device says that it is. */
    @Column(length = 300)
    public String userAgent;

    @Column(nullable = false, updatable = false)
    public Instant createdAt;

    /** When it was last refreshed; at first, when it began. */
    @Column(nullable = false)
    public Instant usedAt;

    /** What marks the tokens of this session, so that one that was good is told from one that never was. */
    @Column(nullable = false, updatable = false)
    public byte[] key;

    /** Of the secret in the token that is good. */
    @Column(nullable = false)
    public byte[] currentHash;

    /** Of the secret in the one before it; null until the first refresh. */
    public byte[] previousHash;

    /** What made the secret of the token that is good out of that of the one before it. */
    public byte[] seed;

    /** When the token that is good took the place of the one before it. */
    public Instant refreshedAt;

    /** The session, which others can't change or end until the transaction ends; null when there is none. */
    public static Uni<Session> lockOne(long id) {
        return AuditedEntity.lock("sessions", id, "update").chain(found -> found == null ? nothing() : findById(id));
    }

    private static Uni<Session> nothing() {
        return Uni.createFrom().nullItem();
    }

    /** Ends a session; how many there were. */
    public static Uni<Long> deleteOne(long id) {
        return delete("id", id);
    }

    /** Ends a session if it is this user's; how many there were. */
    public static Uni<Long> deleteOne(long id, long user) {
        return delete("id = ?1 and user.id = ?2", id, user);
    }

    /** Ends all sessions of a user but one. */
    public static Uni<Long> deleteOthers(long user, long kept) {
        return delete("user.id = ?1 and id <> ?2", user, kept);
    }

    /** Ends some of those that were last used, or that began, before these times. */
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
