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

/** A person with an account: an address of their own, the posts they wrote, and who made the account. */
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

    /** As typed; unique without regard to case by the index {@code users_email_key}. */
    @Column(nullable = false, length = 254)
    public String email;

    @Column(nullable = false, length = 100)
    public String name;

    /** Read by {@link #findCredentials} and {@link #findIdentity} only. */
    @Basic(fetch = FetchType.LAZY)
    @Column(nullable = false)
    public String passwordHash;

    @Column(nullable = false)
    public boolean admin;

    /**
     * One to one, owned here: saved and changed along with the user, and deleted by {@link #moveTo} and
     * {@link #deleteWithAddress} when it is taken away. Every query below that needs it fetches it.
     */
    @OneToOne(fetch = FetchType.LAZY, cascade = CascadeType.PERSIST)
    @JoinColumn(name = "address_id", unique = true)
    public Address address;

    /** The admin who made this account, on the same entity; null for those who registered themselves. */
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "created_by_id")
    public User createdBy;

    /** The inverse side of {@link Post#author}. A page of it is a query; it is never loaded whole. */
    @OneToMany(mappedBy = "author", fetch = FetchType.LAZY)
    @OrderBy("createdAt desc")
    public Set<Post> posts;

    private static Uni<User> findWhole(long id) {
        return find("from User u left join fetch u.address left join fetch u.createdBy where u.id = ?1", id)
                .firstResult();
    }

    /** How many rows point at a user: posts, links of those posts to categories, and accounts that the user made. */
    @RegisterForReflection
    public record Dependents(long posts, long links, long accounts) {}

    /** What points at this user. */
    public Uni<Dependents> dependents() {
        return Panache.getSession()
                .chain(session -> session.createSelectionQuery("""
                        select (select count(p) from Post p where p.author = u),
                          (select count(c) from Post p join p.categories c where p.author = u),
                          (select count(a) from User a where a.createdBy = u)
                        from User u where u = :user
                        """, Dependents.class)
                        .setParameter("user", this)
                        .getSingleResult());
    }

    /** What a log-in needs to know of a user. */
    @RegisterForReflection
    public record Credentials(long id, boolean admin, String passwordHash) {}

    /** By email without regard to case; null when there is no such user. */
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

    /** Null when there is no such user. */
    public static Uni<Identity> findIdentity(long id) {
        return Panache.getSession()
                .chain(session -> session.createSelectionQuery(
                                "select email, name, passwordHash from User where id = :id", Identity.class)
                        .setParameter("id", id)
                        .getSingleResultOrNull());
    }

    /**
     * A user as they are until the transaction ends.
     *
     * @param now when the transaction began, by the clock of the database, which is one for all replicas
     */
    public record LockedUser(long id, boolean admin, Instant now) {}

    /** The user of a session; null when there is no such session. The user is locked first, as a deletion does. */
    public static Uni<LockedUser> lockForShareOfSession(long session) {
        return lockForShare("id = (select user_id from sessions where id = :value)", session, null);
    }

    /** The user, if the password is still the one of this hash; else null. */
    public static Uni<LockedUser> lockForShare(long id, String passwordHash) {
        return lockForShare("id = :value and password_hash = :hash", id, passwordHash);
    }

    private static Uni<LockedUser> lockForShare(String condition, long value, String hash) {
        return Panache.getSession().chain(session -> {
            var query = session.createNativeQuery(
                    "select id, admin, cast(extract(epoch from now()) * 1000000 as bigint) from users where "
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
                                    Instant.EPOCH.plus(row.get(2, Long.class), ChronoUnit.MICROS)));
        });
    }

    /** Replaces the hash of a password that stays the same; how many users have the hash that was to be replaced. */
    public static Uni<Integer> rehash(long id, String from, String to) {
        return update("passwordHash = ?1 where id = ?2 and passwordHash = ?3", to, id, from);
    }

    /**
     * The user with address and creator for a change, or null when there is none with this id: others who want to change
     * this user wait until the transaction ends.
     */
    public static Uni<User> lockForUpdate(long id) {
        return lock("users", id).chain(() -> findWhole(id));
    }

    /** {@link #lockForUpdate(long)} for a deletion: who wants to point at this user, as a new post does, waits too. */
    public static Uni<User> lockToDelete(long id) {
        return lock("users", id, "update").chain(() -> findWhole(id));
    }

    /** The ids of all admins, of whom nobody can cease to be one until the transaction ends. */
    public static Uni<List<Long>> lockAdmins() {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(
                                "select id from users where admin order by id for no key update", Long.class)
                        .getResultList());
    }

    /** {@link #lockAdmins()} if this user is one of them, else none of them. */
    public static Uni<List<Long>> lockAdminsWith(long id) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery("""
                        select id from users where admin and exists (select from users where id = :id and admin)
                        order by id for no key update
                        """, Long.class)
                        .setParameter("id", id)
                        .getResultList());
    }

    /** A user to point at, who can't be deleted until the transaction ends; null when there is none with this id. */
    public static Uni<User> lockForReference(long id) {
        return lock("users", id, "key share")
                .chain(found -> Panache.getSession()
                        .map(session -> found == null ? null : session.getReference(User.class, id)));
    }

    /**
     * Moves the user. An address that was not there is created, one that was is changed in place and keeps its id,
     * and null takes it away and deletes it.
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

    /** Deletes the user with the address, in the way that {@link Post#deleteOne} gives the reason for. */
    public Uni<?> deleteWithAddress() {
        Uni<?> user = delete("id", id);
        return address == null ? user : user.chain(() -> Address.deleteOne(address.id));
    }
}
