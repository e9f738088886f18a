package dev.quire.model;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.PrePersist;
import jakarta.persistence.PreUpdate;
import jakarta.persistence.Version;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** An entity that people edit, possibly concurrently: it has a time of creation, a time of the last change and a version. */
@MappedSuperclass
public abstract class AuditedEntity extends PanacheEntityBase {
    @Version
    public int version;

    @Column(nullable = false, updatable = false)
    public Instant createdAt;

    @Column(nullable = false)
    public Instant updatedAt;

    /** Sets the time of the last change, also for a change of no column of this row, such as of a link or the address. */
    @PreUpdate
    protected void touch() {
        updatedAt = now();
    }

    /** Locks a row until the transaction ends. Callers read the row afterwards, so that it cannot change in the meantime. */
    static Uni<?> lock(String table, long id) {
        return lock(table, id, "no key update");
    }

    /** Locks a row until the transaction ends, with this lock strength of PostgreSQL. */
    static Uni<?> lock(String table, long id, String strength) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(
                                "select id from " + table + " where id = :id for " + strength, Long.class)
                        .setParameter("id", id)
                        .getSingleResultOrNull());
    }

    /** Locks a row against deletion until the transaction ends, and returns a reference; null if there is no such row. */
    static <T> Uni<T> lockForReference(String table, Class<T> entity, long id) {
        return lock(table, id, "key share")
                .chain(found ->
                        Panache.getSession().map(session -> found == null ? null : session.getReference(entity, id)));
    }

    @PrePersist
    void created() {
        createdAt = now();
        updatedAt = createdAt;
    }

    /** Returns the current time in microseconds, the precision of PostgreSQL; anything finer would be lost when stored. */
    public static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
