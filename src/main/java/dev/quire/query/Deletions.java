package dev.quire.query;

import dev.quire.http.DeletePolicy;
import dev.quire.http.DeletePolicy.Policy;
import dev.quire.http.DeletionReport;
import dev.quire.http.DeletionReport.AffectedRows;
import dev.quire.problem.Problem.Blocker;
import dev.quire.problem.ProblemException.InUse;
import dev.quire.query.EntityMapping.Join;
import dev.quire.query.EntityMapping.Reference;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.persistence.Tuple;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * The rows that refer to a row that is deleted. The annotations of all entities tell which these are, and what the database
 * does with them: {@code @OnDelete} deletes them or sets their reference to null, and without it they need a policy.
 */
@Singleton
public class Deletions {
    private enum Treatment {
        DELETE,
        UNLINK,
        REASSIGN,
        BLOCK
    }

    /**
     * The rows of a relation.
     *
     * @param table the table of rows with an id of their own; null for links of a join table
     * @param href the path that shows them; null if there is none
     * @param rows the queries that select them
     */
    private record Dependents(Treatment treatment, String relation, String table, String href, List<String> rows) {
        /** Returns whether a policy deletes or changes the rows. */
        boolean isChanged() {
            return table != null && (treatment == Treatment.DELETE || treatment == Treatment.REASSIGN);
        }

        String count() {
            return "(select count(*) from (" + String.join(" union ", rows) + ") found)";
        }
    }

    private final List<EntityMapping> entities;

    Deletions(Mutiny.SessionFactory factory) {
        entities = factory.getMetamodel().getEntities().stream()
                .map(type -> EntityMapping.of(type.getJavaType()))
                // Rows that others are deleted along with come first, as a single deletion locks them first.
                .sorted(Comparator.comparing(Deletions::isDeletedAlong).thenComparing(EntityMapping::table))
                .toList();
    }

    private static boolean isDeletedAlong(EntityMapping entity) {
        return entity.references().stream().anyMatch(reference -> reference.onDelete() == OnDeleteAction.CASCADE);
    }

    /**
     * Deletes a row, and deletes or reassigns the rows that refer to it, as the policy says. Runs in the transaction of the
     * caller, which has locked the row so that no row can begin to refer to it.
     *
     * @param deletion deletes the row itself
     * @return the effects of a dry run, which changes nothing; else null as the item
     * @throws InUse as the failure, if the policy allows no deletion because of rows that refer to the row
     */
    public Uni<DeletionReport> delete(
            Class<?> entity, long id, DeletePolicy policy, boolean dryRun, Supplier<Uni<?>> deletion) {
        var mapping = EntityMapping.of(entity);
        String path = "/" + mapping.table() + "/" + id;
        var dependents = new ArrayList<Dependents>();
        collect(mapping, ":id", policy.policy(), path, dependents);
        Uni<DeletionReport> report = dryRun || policy.policy() == Policy.RESTRICT
                ? count(dependents, id).map(counts -> report(mapping, path, dependents, counts))
                : Uni.createFrom().nullItem();
        return dryRun
                ? report
                : report.chain(() -> release(entity, id, policy, dependents))
                        .chain(deletion::get)
                        .replaceWith((DeletionReport) null);
    }

    private static DeletionReport report(
            EntityMapping mapping, String path, List<Dependents> dependents, List<Long> counts) {
        requireUnused(mapping.entity(), dependents, counts);
        return DeletionReport.of(
                Stream.concat(
                        Stream.of(new AffectedRows(mapping.table(), 1, path)),
                        affected(Treatment.DELETE, dependents, counts)),
                affected(Treatment.UNLINK, dependents, counts),
                affected(Treatment.REASSIGN, dependents, counts));
    }

    private Uni<?> release(Class<?> entity, long id, DeletePolicy policy, List<Dependents> dependents) {
        Uni<?> all = Uni.createFrom().voidItem();
        if (policy.policy() != Policy.CASCADE && policy.policy() != Policy.REASSIGN) {
            return all;
        }
        for (Dependents rows : dependents) {
            if (rows.isChanged()) {
                all = all.chain(() -> lock(rows, id));
            }
        }
        for (EntityMapping other : entities) {
            for (Reference reference : other.references()) {
                if (reference.target() == entity && reference.needsPolicy()) {
                    all = all.chain(() -> release(other.entity(), reference.member(), id, policy));
                }
            }
        }
        return all;
    }

    /** Locks rows in the order of their ids, so that two deletions that share some of them do not lock each other out. */
    private static Uni<?> lock(Dependents rows, long id) {
        return Panache.getSession()
                .chain(session -> session.createNativeQuery(
                                "select count(*) from (select id from " + rows.table + " where id in ("
                                        + String.join(" union ", rows.rows) + ") order by id for update) locked",
                                Long.class)
                        .setParameter("id", id)
                        .getSingleResult());
    }

    private static Uni<?> release(Class<?> entity, String member, long id, DeletePolicy policy) {
        String rows = entity.getSimpleName();
        String condition = " where " + member + ".id = :id";
        return switch (policy.policy()) {
            case CASCADE ->
                Panache.getSession()
                        .chain(session -> session.createMutationQuery("delete from " + rows + condition)
                                .setParameter("id", id)
                                .executeUpdate());
            case REASSIGN ->
                Panache.getSession()
                        .chain(session -> session.createMutationQuery("update " + rows + " set " + member
                                        + ".id = :newOwner, updatedAt = current_timestamp, version = version + 1"
                                        + condition)
                                .setParameter("id", id)
                                .setParameter("newOwner", policy.newOwner())
                                .executeUpdate());
            default -> Uni.createFrom().voidItem();
        };
    }

    /**
     * Collects the rows that a deletion concerns.
     *
     * @param ids the SQL of the ids of the deleted rows
     * @param path the path of the deleted row; null if it is deleted because of another
     */
    private void collect(EntityMapping mapping, String ids, Policy policy, String path, List<Dependents> all) {
        for (Reference reference : mapping.references()) {
            if (reference.owned()) {
                String rows = "select " + reference.column() + " from " + mapping.table() + " where id in (" + ids
                        + ") and " + reference.column() + " is not null";
                String relation = EntityMapping.of(reference.target()).table();
                add(Treatment.DELETE, relation, reference.member(), relation, path, rows, all);
            }
        }
        for (String member : mapping.links()) {
            Join join = mapping.join(member);
            String rows = new SqlTemplate("select l.* from " + mapping.table() + " {row}, " + join.links() + " where "
                            + join.condition() + " and {row}.id in (" + ids + ")")
                    .fill(0, Map.of());
            var treatment = policy == Policy.RESTRICT ? Treatment.BLOCK : Treatment.UNLINK;
            add(treatment, member, member, null, path, rows, all);
        }
        for (EntityMapping other : entities) {
            for (Reference reference : other.references()) {
                if (reference.target() == mapping.entity() && !reference.owned()) {
                    collect(mapping, other, reference, ids, policy, path, all);
                }
            }
        }
    }

    private void collect(
            EntityMapping mapping,
            EntityMapping other,
            Reference reference,
            String ids,
            Policy policy,
            String path,
            List<Dependents> all) {
        String rows = "select id from " + other.table() + " where " + reference.column() + " in (" + ids + ")";
        String inverse = mapping.inverse(other.entity(), reference.member());
        Treatment treatment = treatment(reference, policy);
        if (treatment == Treatment.DELETE && inverse == null) {
            // Only the database needs these rows: no representation shows them.
            return;
        }
        String relation = inverse == null ? reference.member() : inverse;
        add(treatment, relation, inverse, other.table(), path, rows, all);
        if (treatment == Treatment.DELETE) {
            collect(other, rows, policy, null, all);
        }
    }

    private static Treatment treatment(Reference reference, Policy policy) {
        if (reference.onDelete() == OnDeleteAction.SET_NULL) {
            return Treatment.UNLINK;
        }
        if (reference.onDelete() == OnDeleteAction.CASCADE || policy == Policy.CASCADE) {
            return Treatment.DELETE;
        }
        return policy == Policy.REASSIGN ? Treatment.REASSIGN : Treatment.BLOCK;
    }

    /** Adds rows to those of the same relation. No path shows rows that are found in more than one way. */
    private static void add(
            Treatment treatment,
            String relation,
            String member,
            String table,
            String path,
            String rows,
            List<Dependents> all) {
        String href = path == null || member == null ? null : path + "/" + member;
        List<String> queries = new ArrayList<>(List.of(rows));
        for (Dependents known : all) {
            if (known.treatment == treatment && known.relation.equals(relation)) {
                queries.addAll(0, known.rows);
                all.set(all.indexOf(known), new Dependents(treatment, relation, table, null, queries));
                return;
            }
        }
        all.add(new Dependents(treatment, relation, table, href, queries));
    }

    /** Returns the number of rows of each relation. */
    private static Uni<List<Long>> count(List<Dependents> dependents, long id) {
        if (dependents.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        String counts = IntStream.range(0, dependents.size())
                .mapToObj(i -> dependents.get(i).count() + " n" + i)
                .collect(Collectors.joining(", "));
        return Panache.getSession()
                .call(Mutiny.Session::flush)
                .chain(session -> session.createNativeQuery("select " + counts, Tuple.class)
                        .setParameter("id", id)
                        .getSingleResult())
                .map(row -> IntStream.range(0, dependents.size())
                        .mapToObj(i -> row.get(i, Long.class))
                        .toList());
    }

    private static void requireUnused(Class<?> entity, List<Dependents> dependents, List<Long> counts) {
        List<AffectedRows> blocking = affected(Treatment.BLOCK, dependents, counts)
                .filter(rows -> rows.count() > 0)
                .toList();
        if (blocking.isEmpty()) {
            return;
        }
        String relations = blocking.stream().map(AffectedRows::relation).collect(Collectors.joining(" and "));
        boolean links = dependents.stream().anyMatch(rows -> rows.treatment == Treatment.BLOCK && rows.table == null);
        throw new InUse(
                "The " + entity.getSimpleName().toLowerCase(Locale.ROOT) + " has " + relations + ".",
                blocking.stream()
                        .map(rows -> new Blocker(rows.relation(), rows.count(), rows.href()))
                        .toList(),
                links ? List.of("unlink") : List.of("cascade", "reassign:{id}"));
    }

    private static Stream<AffectedRows> affected(Treatment treatment, List<Dependents> dependents, List<Long> counts) {
        return IntStream.range(0, dependents.size())
                .filter(i -> dependents.get(i).treatment == treatment)
                .mapToObj(i -> new AffectedRows(dependents.get(i).relation, counts.get(i), dependents.get(i).href));
    }
}
