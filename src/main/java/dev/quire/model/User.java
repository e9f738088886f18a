package dev.quire.model;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Basic;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OneToOne;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;

/** A person with an account: their own address, the posts they wrote, and the creator of the account. */
@Entity
@Table(
        name = "users",
        indexes = {
            @Index(columnList = "created_at, id"),
            @Index(columnList = "name, id"),
            @Index(columnList = "created_by_id")
        })
public class User extends AuditedEntity {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    /** The email as typed; unique without regard to case by the index {@code users_email_key}. */
    @Column(nullable = false, length = 254)
    public String email;

    /** True once the user has proved that the email is theirs. */
    @Column(nullable = false)
    public boolean emailConfirmed;

    /** The email that takes the place of the current one when it is confirmed; null for none. */
    @Column(length = 254)
    public String pendingEmail;

    @Column(nullable = false, length = 100)
    public String name;

    /** The password hash, read by {@link #findCredentials} and {@link #findIdentity} only. */
    @Basic(fetch = FetchType.LAZY)
    @Column(nullable = false)
    public String passwordHash;

    @Column(nullable = false)
    public boolean admin;

    /**
     * The owning side of a one-to-one relation: saved and changed together with the user, and deleted by {@link #moveTo}
     * and {@link #deleteWithAddress} when it is removed. Every query below that needs the address fetches it.
     */
    @OneToOne(
            fetch = FetchType.LAZY,
            cascade = {CascadeType.PERSIST, CascadeType.REMOVE})
    @JoinColumn(name = "address_id", unique = true)
    public Address address;

    /** The admin that created this account, on the same entity; null after self-registration or deletion of the admin. */
    @ManyToOne(fetch = FetchType.LAZY)
    @OnDelete(action = OnDeleteAction.SET_NULL)
    @JoinColumn(name = "created_by_id")
    public User createdBy;

    /** The inverse side of {@link Post#author}. Queries read it page by page; the set itself is never loaded. */
    @OneToMany(mappedBy = "author", fetch = FetchType.LAZY)
    @OrderBy("createdAt desc")
    public Set<Post> posts;

    /** The inverse side of {@link Comment#author}, read page by page like the posts. */
    @OneToMany(mappedBy = "author", fetch = FetchType.LAZY)
    @OrderBy("createdAt desc")
    public Set<Comment> comments;

    private static Uni<User> findWhole(long id) {
        return find("from User u left join fetch u.address left join fetch u.createdBy where u.id = ?1", id)
                .firstResult();
    }

    /** The data of a user that a log-in needs. */
    @RegisterForReflection
    public record Credentials(long id, boolean admin, String passwordHash) {}

    /** Returns the credentials by email without regard to case, null if there is no such user. */
    public static Uni<Credentials> findCredentials(String email) {
        return Panache.getSession()
                .chain(session -> session.createSelectionQuery(
                                "select id, admin, passwordHash from User where fold(email) = fold(:email)",
                                Credentials.class)
                        .setParameter("email", email)
                        .getSingleResultOrNull());
    }

    /** The email and the name of a user, and the hash of the password. */
    @RegisterForReflection
    public record Identity(String email, String name, String passwordHash) {}

    /** Returns the identity of a user, null if there is no such user. */
    public static Uni<Identity> findIdentity(long id) {
        return Panache.getSession()
                .chain(session -> session.createSelectionQuery(
                                "select email, name, passwordHash from User where id = :id", Identity.class)
                        .setParameter("id", id)
                        .getSingleResultOrNull());
    }

    /** The data of a user that a mail needs. */
    @RegisterForReflection
    public record Recipient(long id, String email, boolean emailConfirmed, String pendingEmail, String name) {}

    private static final String RECIPIENT = "select id, email, emailConfirmed, pendingEmail, name from User where ";

    /** Returns the user with this email, without regard to case, null if there is none. */
    public static Uni<Recipient> findRecipient(String email) {
        return Panache.getSession()
                .chain(session -> session.createSelectionQuery(
                                RECIPIENT + "fold(email) = fold(:email)", Recipient.class)
                        .setParameter("email", email)
                        .getSingleResultOrNull());
    }

    /** Returns the user with this id, null if there is none. */
    public static Uni<Recipient> findRecipient(long id) {
        return Panache.getSession()
                .chain(session -> session.createSelectionQuery(RECIPIENT + "id = :id", Recipient.class)
                        .setParameter("id", id)
                        .getSingleResultOrNull());
    }

    /**
     * A user that cannot change until the transaction ends.
     *
     * @param secondFactor true if a log-in needs a code beside the password
     * @param now the start of the transaction, by the clock of the database, which is the same for all replicas
     */
    public record LockedUser(long id, boolean admin, boolean secondFactor, Instant now) {}

    /** Locks and returns the user of a session, null if there is none. The user is locked first, as in a deletion. */
    public static Uni<LockedUser> lockForShareOfSession(long session) {
        return lockForShare("id = (select user_id from sessions where id = :value)", session, null);
    }

    /** Locks and returns the user if this is still the password hash, else returns null. */
    public static Uni<LockedUser> lockForShare(long id, String passwordHash) {
        return lockForShare("id = :value and password_hash = :hash", id, passwordHash);
    }

    private static Uni<LockedUser> lockForShare(String condition, long value, String hash) {
        return Panache.getSession().chain(session -> {
            var query = session.createNativeQuery(
                    "select id, admin, exists (select from totps where user_id = users.id and confirmed),"
                            + " cast(extract(epoch from now()) * 1000000 as bigint) from users where "
                            + condition + " for share",
                    Tuple.class);
            query.setParameter("value", value);
            if (hash != null) {
                query.setParameter("hash", hash);
            }
            return query.getSingleResultOrNull()
                    .map(row -> row == null
                            ? null
                            : new LockedUser(
                                    row.get(0, Long.class),
                                    row.get(1, Boolean.class),
                                    row.get(2, Boolean.class),
                                    Instant.EPOCH.plus(row.get(3, Long.class), ChronoUnit.MICROS)));
        });
    }

    /** Replaces a password hash if it is still {@code from}. Returns the number of changed users. */
    public static Uni<Integer> rehash(long id, String from, String to) {
        return update("passwordHash = ?1 where id = ?2 and passwordHash = ?3", to, id, from);
    }

    /**
     * Locks and returns the user with address and creator, null if there is none with this id. Other writers of this user
     * wait until the transaction ends.
     */
    public static Uni<User> lockForUpdate(long id) {
        return lock("users", id).chain(() -> findWhole(id));
    }

    /** Locks like {@link #lockForUpdate(long)}, but for a deletion: new references to the user, such as posts, wait too. */
    public static Uni<User> lockToDelete(long id) {
        return lock("users", id, "update").chain(() -> findWhole(id));
    }

    /** Locks all admins and returns their ids. None of them can lose the role until the transaction ends. */
    public static Uni<List<Long>> lockAdmins() {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(
                                "select id from users where admin order by id for no key update", Long.class)
                        .getResultList());
    }

    /** Locks like {@link #lockAdmins()} if this user is an admin, else locks and returns none. */
    public static Uni<List<Long>> lockAdminsWith(long id) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery("""
                        select id from users where admin and exists (select from users where id = :id and admin)
                        order by id for no key update
                        """, Long.class)
                        .setParameter("id", id)
                        .getResultList());
    }

    /** Locks a user against deletion until the transaction ends, and returns a reference; null if there is no such user. */
    public static Uni<User> lockForReference(long id) {
        return lockForReference("users", User.class, id);
    }

    /**
     * Sets the address of the user. A missing address is created, an existing address is changed in place and keeps its id,
     * and null removes and deletes the address.
     */
    public Uni<?> moveTo(Address to) {
        if (to == null && address != null) {
            long left = address.id;
            address = null;
            touch();
            return flush().chain(() -> Address.deleteOne(left));
        }
        if (to != null && address == null) {
            address = to;
            touch();
        } else if (to != null && address.change(to)) {
            touch();
        }
        return Uni.createFrom().voidItem();
    }

    /** Deletes the user with the address, by separate statements: see {@link Post#deleteOne}. */
    public Uni<?> deleteWithAddress() {
        Uni<?> user = delete("id", id);
        return address == null ? user : user.chain(() -> Address.deleteOne(address.id));
    }
}
