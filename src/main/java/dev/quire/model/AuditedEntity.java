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

/** What people edit, and may edit at the same time: when it was made and changed, and its version. */
@MappedSuperclass
public abstract class AuditedEntity extends PanacheEntityBase {
    @Version
    public int version;

    @Column(nullable = false, updatable = false)
    public Instant createdAt;

    @Column(nullable = false)
    public Instant updatedAt;

    /** Marks a change that no column of this row shows, such as one of its links or of its address. */
    @PreUpdate
    protected void touch() {
        updatedAt = now();
    }

    /** Locks a row until the transaction ends. It is read after that, so that nobody changes what was read. */
    static Uni<?> lock(String table, long id) {
        return lock(table, id, "no key update");
    }

    /** The same, against what this lock of PostgreSQL's keeps away. */
    static Uni<?> lock(String table, long id, String strength) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(
                                "select id from " + table + " where id = :id for " + strength, Long.class)
                        .setParameter("id", id)
                        .getSingleResultOrNull());
    }

    @PrePersist
    void created() {
        createdAt = now();
        updatedAt = createdAt;
    }

    /** The time as PostgreSQL keeps it, in microseconds; what is finer would be lost on the way. */
    public static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
