package dev.quire.reading;

import dev.quire.parameter.Showing;
import dev.quire.problem.ProblemException.Forbidden;
import dev.quire.problem.ProblemException.Malformed;
import dev.quire.reading.Shape.Embedded;
import dev.quire.reading.Shape.Member;
import dev.quire.reading.Shape.Relation;
import dev.quire.reading.Shape.Value;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All shapes, and what of them a request selects by {@code include} and {@code fields}. */
@Singleton
public class Shapes {
    /** How many relations lead from a row to what is embedded in it. */
    private static final int LEVELS = 2;

    private final Map<String, Shape> shapes;

    /** What is shown when nothing else is asked for, as mostly. */
    private final Map<Shape, Selection> standard;

    public Shapes(@All List<Shape> shapes) {
        this.shapes = shapes.stream().collect(Collectors.toMap(Shape::name, Function.identity()));
        this.standard = shapes.stream()
                .collect(Collectors.toMap(Function.identity(), shape -> select(shape, null, null, LEVELS)));
    }

    /** Names, and below each the names that a dot leads to. */
    private static final class Tree extends TreeMap<String, Tree> {
        private static final long serialVersionUID = 1;

        static Tree of(String parameter, String paths) {
            var tree = new Tree();
            if (!paths.isEmpty()) {
                for (String path : paths.split(",", -1)) {
                    Tree node = tree;
                    for (String name : path.split("\\.", -1)) {
                        if (name.isEmpty()) {
                            throw Malformed.parameter(parameter, "must be names, separated by commas");
                        }
                        node = node.computeIfAbsent(name, below -> new Tree());
                    }
                }
            }
            return tree;
        }

        /** What is told of the next level, null when nothing is. */
        private Tree below(String name) {
            Tree below = get(name);
            return below == null || below.isEmpty() ? null : below;
        }
    }

    /** Everything that {@code include} may name of a shape. */
    public List<String> relations(Shape shape) {
        return paths(shape, LEVELS, false).toList();
    }

    /** Everything that {@code fields} may name of a shape. */
    public List<String> members(Shape shape) {
        return paths(shape, LEVELS, true).toList();
    }

    private Stream<String> paths(Shape shape, int levels, boolean values) {
        return shape.members().entrySet().stream().flatMap(member -> {
            if (member.getValue() instanceof Relation relation && levels > 0) {
                Stream<String> below = paths(shapes.get(relation.shape()), levels - 1, values)
                        .map(name -> member.getKey() + "." + name);
                return Stream.concat(Stream.of(member.getKey()), below);
            }
            return values && member.getValue() instanceof Value ? Stream.of(member.getKey()) : Stream.of();
        });
    }

    /**
     * @throws Malformed when a name is unknown
     * @throws Forbidden when it names what the reader of this shape may not see
     */
    Selection select(Shape shape, Showing showing) {
        Tree include = showing.include() == null ? null : Tree.of("include", showing.include());
        Tree fields = showing.fields() == null ? null : Tree.of("fields", showing.fields());
        if (include == null && fields == null && standard.containsKey(shape)) {
            return standard.get(shape);
        }
        if (include != null) {
            check("include", shape, include, LEVELS);
        }
        if (fields != null) {
            check("fields", shape, fields, LEVELS);
        }
        return select(shape, include, fields, LEVELS);
    }

    private void check(String parameter, Shape shape, Tree tree, int levels) {
        tree.forEach((name, below) -> {
            if (shape.withheld().contains(name)) {
                throw new Forbidden("The parameter " + parameter + " names " + name + ", which is not yours to see.");
            }
            Member member = shape.members().get(name);
            if (member instanceof Relation relation && levels > 0) {
                check(parameter, shapes.get(relation.shape()), below, levels - 1);
            } else if (member instanceof Relation) {
                throw Malformed.parameter(parameter, "leads over more than " + LEVELS + " relations to " + name);
            } else if (member == null || parameter.equals("include") || !below.isEmpty()) {
                String kind = parameter.equals("include") || member != null ? "relation" : "member";
                throw Malformed.parameter(
                        parameter, "must not name " + name + ", which is not a " + kind + " of " + shape.name());
            }
        });
    }

    private Selection select(Shape shape, Tree include, Tree fields, int levels) {
        var selection = new Selection(shape);
        shape.members().forEach((name, member) -> {
            if (member instanceof Relation relation && shown(name, relation, include, fields, levels)) {
                Tree included = include == null ? null : include.below(name);
                Tree named = fields == null ? null : fields.below(name);
                selection.add(name, select(shapes.get(relation.shape()), included, named, levels - 1));
            }
        });
        shape.members().forEach((name, member) -> {
            if (member instanceof Value value
                    && (fields == null
                            ? value.with() == null || selection.has(value.with())
                            : fields.containsKey(name))) {
                selection.add(name);
            }
        });
        return selection;
    }

    private static boolean shown(String name, Relation relation, Tree include, Tree fields, int levels) {
        if (fields != null) {
            return fields.containsKey(name);
        }
        return include == null ? relation.embedded() == Embedded.ALWAYS && levels > 0 : include.containsKey(name);
    }
}
