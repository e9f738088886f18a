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
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** A name that many posts are filed under. */
@Entity
@Table(name = "categories", indexes = @Index(columnList = "name"))
public class Category extends PanacheEntityBase {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    @Version
    public int version;

    /** The name, unique without regard to case by the index {@code categories_name_key}. */
    @Column(nullable = false, length = 50)
    public String name;

    /** The inverse side of {@link Post#categories}. Queries read it page by page; the set itself is never loaded. */
    @ManyToMany(mappedBy = "categories", fetch = FetchType.LAZY)
    @OrderBy("createdAt desc")
    public Set<Post> posts;

    /** Returns the categories with these ids, in no particular order. */
    public static Uni<List<Category>> findAll(Collection<Long> ids) {
        return list("id in ?1", ids);
    }

    /** Locks and returns the category, null if there is none. Other writers of it wait until the transaction ends. */
    public static Uni<Category> lock(long id) {
        return findById(id, LockModeType.PESSIMISTIC_WRITE);
    }

    /** Locks like {@link #lock}, but for a deletion: new links to the category wait too. */
    public static Uni<Category> lockToDelete(long id) {
        return AuditedEntity.lock("categories", id, "update").chain(() -> findById(id));
    }

    /** Deletes the category with its links, by a separate statement: see {@link Post#deleteOne}. */
    public static Uni<Long> deleteOne(Category category) {
        return delete("id", category.id);
    }

    /** Returns the categories with these names without regard to case, in no particular order. */
    public static Uni<List<Category>> findNamed(Set<String> names) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(
                                "select c.* from categories c where fold(c.name) in (select fold(n) from unnest(cast(:names as text[])) n)",
                                Category.class)
                        .setParameter("names", names.toArray(String[]::new))
                        .getResultList());
    }

    /**
     * Creates the missing categories among these names. Of names that differ only in case, a single category is created.
     * Concurrent transactions that create the same categories wait for each other in the same order, which avoids deadlocks.
     *
     * @return the number of created categories
     */
    public static Uni<Integer> insertMissing(Set<String> names) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery("""
                        insert into categories (name)
                        select distinct on (fold(n)) n from unnest(cast(:names as text[])) n
                        where not exists (select from categories c where fold(c.name) = fold(n))
                        order by fold(n), n
                        on conflict (fold(name)) do nothing
                        """)
                        .setParameter("names", names.toArray(String[]::new))
                        .executeUpdate());
    }
}
