package dev.quire.query;

import dev.quire.http.FieldParameters;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.Forbidden;
import dev.quire.problem.Violation.Code;
import dev.quire.query.Representation.Embedded;
import dev.quire.query.Representation.Member;
import dev.quire.query.Representation.Relation;
import dev.quire.query.Representation.Value;
import io.quarkus.arc.All;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A registry of all representations, which selects from them by {@code include} and {@code fields}. */
@Startup
@Singleton
public class Representations {
    /** The maximum number of relations that lead from a row to an embedded row. */
    public static final int LEVELS = 2;

    private final Map<String, Representation> representations;

    /** The projections of requests that select nothing, as most do. */
    private final Map<Representation, Projection> standard;

    public Representations(@All List<Representation> representations) {
        this.representations =
                representations.stream().collect(Collectors.toMap(Representation::name, Function.identity()));
        representations.forEach(this::check);
        this.standard = representations.stream()
                .collect(Collectors.toMap(
                        Function.identity(), representation -> select(representation, null, null, LEVELS)));
    }

    private void check(Representation representation) {
        representation.members().forEach((name, member) -> {
            if (member instanceof Relation relation) {
                Representation embedded = representations.get(relation.representation());
                if (embedded == null || embedded.entity().entity() != relation.target()) {
                    throw new IllegalStateException("There is no representation " + relation.representation() + " of "
                            + relation.target().getSimpleName() + ", which " + representation.name() + "." + name
                            + " embeds");
                }
            }
        });
    }

    /** A tree of names. Below each name are the names that a dot leads to. */
    private static final class Tree extends TreeMap<String, Tree> {
        private static final long serialVersionUID = 1;

        static Tree of(String parameter, String paths) {
            var tree = new Tree();
            if (!paths.isEmpty()) {
                for (String path : paths.split(",", -1)) {
                    Tree node = tree;
                    for (String name : path.split("\\.", -1)) {
                        if (name.isEmpty()) {
                            throw BadRequest.parameter(parameter, Code.MALFORMED, "must be names, separated by commas");
                        }
                        node = node.computeIfAbsent(name, below -> new Tree());
                    }
                }
            }
            return tree;
        }

        /** Returns the names on the next level; null if there are none. */
        private Tree below(String name) {
            Tree below = get(name);
            return below == null || below.isEmpty() ? null : below;
        }
    }

    /** Returns everything that {@code include} may name for a representation. */
    public List<String> relations(Representation representation) {
        return paths(representation, LEVELS, false).toList();
    }

    /** Returns everything that {@code fields} may name for a representation. */
    public List<String> members(Representation representation) {
        return paths(representation, LEVELS, true).toList();
    }

    private Stream<String> paths(Representation representation, int levels, boolean values) {
        return representation.members().entrySet().stream().flatMap(member -> {
            if (member.getValue() instanceof Relation relation && levels > 0) {
                Stream<String> below = paths(representations.get(relation.representation()), levels - 1, values)
                        .map(name -> member.getKey() + "." + name);
                return Stream.concat(Stream.of(member.getKey()), below);
            }
            return values && member.getValue() instanceof Value ? Stream.of(member.getKey()) : Stream.of();
        });
    }

    /**
     * Returns the projection that a request selects.
     *
     * @throws BadRequest if a name is unknown
     * @throws Forbidden if the readers of this representation may not see a named member
     */
    Projection select(Representation representation, FieldParameters showing) {
        Tree include = showing.include() == null ? null : Tree.of("include", showing.include());
        Tree fields = showing.fields() == null ? null : Tree.of("fields", showing.fields());
        if (include == null && fields == null && standard.containsKey(representation)) {
            return standard.get(representation);
        }
        if (include != null) {
            check("include", representation, include, LEVELS);
        }
        if (fields != null) {
            check("fields", representation, fields, LEVELS);
        }
        return select(representation, include, fields, LEVELS);
    }

    private void check(String parameter, Representation representation, Tree tree, int levels) {
        tree.forEach((name, below) -> {
            if (representation.withheld().contains(name)) {
                throw new Forbidden("The parameter " + parameter + " names " + name + ", which is not yours to see.");
            }
            Member member = representation.members().get(name);
            if (member instanceof Relation relation && levels > 0) {
                check(parameter, representations.get(relation.representation()), below, levels - 1);
            } else if (member instanceof Relation) {
                throw BadRequest.parameter(
                        parameter, Code.TOO_LARGE, "leads over more than " + LEVELS + " relations to " + name);
            } else if (member == null || parameter.equals("include") || !below.isEmpty()) {
                String kind = parameter.equals("include") || member != null ? "relation" : "member";
                throw BadRequest.parameter(
                        parameter,
                        Code.UNKNOWN,
                        "must not name " + name + ", which is not a " + kind + " of " + representation.name());
            }
        });
    }

    private Projection select(Representation representation, Tree include, Tree fields, int levels) {
        var projection = new Projection(representation);
        representation.members().forEach((name, member) -> {
            if (!shown(representation, name, include, fields, levels)) {
                return;
            }
            if (member instanceof Relation relation) {
                Tree included = include == null ? null : include.below(name);
                Tree named = fields == null ? null : fields.below(name);
                projection.embed(
                        name,
                        name,
                        select(representations.get(relation.representation()), included, named, levels - 1));
            } else {
                projection.value(name, name);
            }
        });
        return projection;
    }

    private static boolean shown(Representation representation, String name, Tree include, Tree fields, int levels) {
        if (fields != null) {
            return fields.containsKey(name);
        }
        if (representation.members().get(name) instanceof Relation relation) {
            return include == null ? relation.embedded() == Embedded.ALWAYS && levels > 0 : include.containsKey(name);
        }
        String with = ((Value) representation.members().get(name)).with();
        return with == null || shown(representation, with, include, null, levels);
    }
}
