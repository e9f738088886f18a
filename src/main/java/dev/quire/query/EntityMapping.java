package dev.quire.query;

import dev.quire.model.LinkColumn;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OneToOne;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;

/**
 * The table of an entity, its columns and the joins to other tables, read from the Jakarta Persistence annotations on its
 * fields. If something requested is missing, the mapping fails with the name of it.
 */
final class EntityMapping {
    private static final Pattern HUMP = Pattern.compile("[A-Z]");
    private static final Pattern UNDERSCORE = Pattern.compile("_(.)");

    private static final Map<Class<?>, EntityMapping> MAPPINGS = new ConcurrentHashMap<>();

    private final Class<?> entity;
    private final Map<String, Attribute> attributes = new ConcurrentHashMap<>();
    private final Map<String, Join> joins = new ConcurrentHashMap<>();

    private EntityMapping(Class<?> entity) {
        this.entity = entity;
    }

    static EntityMapping of(Class<?> entity) {
        return MAPPINGS.computeIfAbsent(entity, EntityMapping::new);
    }

    /**
     * A column of the table.
     *
     * @param type the SQL type
     * @param length the maximum length of a text, in characters; 0 for other types
     */
    record Attribute(String column, String type, boolean nullable, int length) {}

    /**
     * The rows of another table that belong to a row of this table. Its SQL is that of a {@link SqlTemplate}, where {@code l}
     * is a row of the join table.
     *
     * @param target the entity of the other table
     * @param from the tables
     * @param links the tables without the other table where the join table is enough to count; null for at most one row
     * @param condition the condition of the rows that belong to the row
     * @param related the condition that {@code r0} is a row of this table to which a row belongs with an id in an array
     * @param order the order of the rows; empty for none
     * @param many false for at most one row
     * @param nullable false if there is always a row
     * @param index null for none
     */
    record Join(
            Class<?> target,
            String from,
            String links,
            String condition,
            String related,
            String order,
            boolean many,
            boolean nullable,
            Index index) {}

    /**
     * An index that has, for each row of the other table, the rows of this table in certain orders. In its SQL, {@code r0} is
     * a row of this table.
     *
     * @param rows the tables
     * @param value the id of the row of the other table in the index
     * @param id the id of a row of this table in the index
     * @param columns the columns of the index after the id of the other row, by the members that they hold
     */
    record Index(String rows, String value, String id, Map<String, String> columns) {}

    /**
     * A foreign key of this table.
     *
     * @param onDelete the action of the database when the other row is deleted; null for none
     * @param owned whether the other row is deleted along with this row
     */
    record Reference(String member, String column, Class<?> target, OnDeleteAction onDelete, boolean owned) {
        /** Returns whether rows that refer to a row prevent its deletion, unless a policy says how to treat them. */
        boolean needsPolicy() {
            return onDelete == null && !owned;
        }
    }

    Class<?> entity() {
        return entity;
    }

    /** Returns the foreign keys of this table. */
    List<Reference> references() {
        return fields().filter(field -> field.isAnnotationPresent(ManyToOne.class)
                        || field.isAnnotationPresent(OneToOne.class) && mappedBy(field) == null)
                .map(field -> {
                    OnDelete onDelete = field.getAnnotation(OnDelete.class);
                    OneToOne oneToOne = field.getAnnotation(OneToOne.class);
                    return new Reference(
                            field.getName(),
                            joinColumn(field).name(),
                            field.getType(),
                            onDelete == null ? null : onDelete.action(),
                            oneToOne != null && List.of(oneToOne.cascade()).contains(CascadeType.REMOVE));
                })
                .toList();
    }

    /** Returns the members that are linked to other rows by a join table. */
    List<String> links() {
        return fields().filter(field -> field.isAnnotationPresent(ManyToMany.class))
                .map(Field::getName)
                .toList();
    }

    /** Returns the member that is the inverse side of a member of another entity; null if there is none. */
    String inverse(Class<?> other, String member) {
        return fields().filter(field -> member.equals(mappedBy(field)) && target(field) == other)
                .map(Field::getName)
                .findFirst()
                .orElse(null);
    }

    /** Returns the member of the other entity that a one-to-many or one-to-one relation is the inverse side of, or null. */
    private static String mappedBy(Field field) {
        OneToMany oneToMany = field.getAnnotation(OneToMany.class);
        OneToOne oneToOne = field.getAnnotation(OneToOne.class);
        String mappedBy = oneToMany != null ? oneToMany.mappedBy() : oneToOne != null ? oneToOne.mappedBy() : "";
        return mappedBy.isEmpty() ? null : mappedBy;
    }

    String table() {
        return table(entity).name();
    }

    private static Table table(Class<?> entity) {
        Table table = entity.getAnnotation(Table.class);
        if (table == null || table.name().isEmpty()) {
            throw new IllegalStateException(entity.getName() + " has no @Table with a name");
        }
        return table;
    }

    /** Returns the attributes that the entity declares itself, without its id and what it inherits. */
    List<Attribute> ownAttributes() {
        return ownFields().map(field -> attribute(field.getName())).toList();
    }

    /** Returns the values of the same attributes in an entity, as text; null for none. */
    List<String> ownValues(Object row) {
        return ownFields().map(field -> text(field, row)).toList();
    }

    private Stream<Field> ownFields() {
        return Stream.of(entity.getDeclaredFields()).filter(field -> field.isAnnotationPresent(Column.class));
    }

    @SuppressWarnings("PMD.AvoidAccessibilityAlteration") // Panache makes the public fields of entities protected.
    private String text(Field field, Object row) {
        try {
            field.setAccessible(true);
            return Objects.toString(field.get(row), null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(describe(field.getName()) + " can't be read", e);
        }
    }

    Attribute attribute(String member) {
        return attributes.computeIfAbsent(member, this::readAttribute);
    }

    private Attribute readAttribute(String member) {
        Field field = field(member);
        Column column = field.getAnnotation(Column.class);
        boolean nullable = column == null
                ? !field.getType().isPrimitive() && !field.isAnnotationPresent(Id.class)
                : column.nullable();
        String name = column == null || column.name().isEmpty() ? snakeCase(member) : column.name();
        int length = column != null && field.getType() == String.class ? column.length() : 0;
        return new Attribute(name, type(field), nullable, length);
    }

    private String type(Field field) {
        Class<?> type = field.getType();
        if (type == Long.class || type == long.class) {
            return "bigint";
        } else if (type == Integer.class || type == int.class) {
            return "integer";
        } else if (type == Boolean.class || type == boolean.class) {
            return "boolean";
        } else if (type == String.class) {
            return "varchar";
        } else if (type == Instant.class) {
            return "timestamptz";
        }
        throw new IllegalStateException(
                describe(field.getName()) + " is of a type that is not shown: " + type.getName());
    }

    Join join(String member) {
        return joins.computeIfAbsent(member, this::readJoin);
    }

    private Join readJoin(String member) {
        Field field = field(member);
        ManyToMany manyToMany = field.getAnnotation(ManyToMany.class);
        OneToMany oneToMany = field.getAnnotation(OneToMany.class);
        OneToOne oneToOne = field.getAnnotation(OneToOne.class);
        if (manyToMany != null) {
            return manyToMany.mappedBy().isEmpty() ? linked(field) : linkedBack(field, manyToMany.mappedBy());
        } else if (oneToMany != null) {
            return pointingBack(field, elementType(field), oneToMany.mappedBy(), true);
        } else if (oneToOne != null && !oneToOne.mappedBy().isEmpty()) {
            return pointingBack(field, field.getType(), oneToOne.mappedBy(), false);
        } else if (oneToOne != null || field.isAnnotationPresent(ManyToOne.class)) {
            return pointing(field);
        }
        throw new IllegalStateException(describe(member) + " is not a relation");
    }

    private Join pointing(Field field) {
        var target = of(field.getType());
        JoinColumn column = joinColumn(field);
        return new Join(
                target.entity,
                template(target.table()) + " {it}",
                null,
                "{it}.id = {row}." + column.name(),
                "r0." + column.name() + " = any (?)",
                "",
                false,
                column.nullable(),
                index(column.name()));
    }

    private Join pointingBack(Field field, Class<?> type, String mappedBy, boolean many) {
        var target = of(type);
        String rows = template(target.table()) + " {it}";
        String condition = "{it}." + target.joinColumn(target.field(mappedBy)).name() + " = {row}.id";
        return new Join(
                type,
                rows,
                many ? rows : null,
                condition,
                related(rows, condition, "{it}.id"),
                many ? order(field, target, null) : "",
                many,
                true,
                null);
    }

    private Join linked(Field field) {
        JoinTable links = joinTable(field);
        String here = column(links.joinColumns());
        String there = column(links.inverseJoinColumns());
        LinkColumn copy = field.getAnnotation(LinkColumn.class);
        var index = copy == null
                ? null
                : new Index(
                        links.name() + " l join " + table() + " r0 on r0.id = l." + here,
                        "l." + there,
                        "l." + here,
                        Map.of(copy.copyOf(), "l." + copy.name()));
        return linked(field, of(elementType(field)), links.name(), here, there, null, index);
    }

    private Join linkedBack(Field field, String mappedBy) {
        var target = of(elementType(field));
        Field owner = target.field(mappedBy);
        JoinTable links = target.joinTable(owner);
        return linked(
                field,
                target,
                links.name(),
                column(links.inverseJoinColumns()),
                column(links.joinColumns()),
                owner.getAnnotation(LinkColumn.class),
                null);
    }

    private Join linked(
            Field field, EntityMapping target, String links, String here, String there, LinkColumn copy, Index index) {
        String rows = template(links) + " l";
        String condition = "l." + here + " = {row}.id";
        return new Join(
                target.entity,
                rows + " join " + template(target.table()) + " {it} on {it}.id = l." + there,
                rows,
                condition,
                related(rows, condition, "l." + there),
                order(field, target, copy == null ? null : new Copy(copy, there)),
                true,
                true,
                index);
    }

    /**
     * Returns the index of the rows of a relation to many, by the row that they belong to; null for none.
     *
     * @param member the inverse side of a member of the other entity
     */
    Index indexOf(String member) {
        Field field = field(member);
        ManyToMany manyToMany = field.getAnnotation(ManyToMany.class);
        String owner = manyToMany == null ? mappedBy(field) : manyToMany.mappedBy();
        return owner == null || owner.isEmpty()
                ? null
                : of(elementType(field)).join(owner).index();
    }

    private static String template(String table) {
        return "{" + table + "}";
    }

    private static String related(String rows, String condition, String id) {
        return new SqlTemplate("exists (select from " + rows + " where " + condition + " and " + id + " = any (?))")
                .fill(0, Map.of());
    }

    /** Returns the indexes of this table on this column, another column and the id; null for none. */
    private Index index(String column) {
        var columns = new TreeMap<String, String>();
        for (jakarta.persistence.Index index : table(entity).indexes()) {
            String[] indexed = index.columnList().split(", *");
            if (indexed.length == 3 && indexed[0].equals(column) && "id".equals(indexed[2])) {
                columns.put(camelCase(indexed[1]), "r0." + indexed[1]);
            }
        }
        return columns.isEmpty() ? null : new Index(table() + " r0", "r0." + column, "r0.id", columns);
    }

    /** The columns of a join table that hold a copy of the member that orders the rows, and the id of the copied row. */
    private record Copy(LinkColumn column, String id) {}

    /** Returns the order of a relation as the value of a parameter {@code sort}, such as {@code -createdAt}. */
    String sort(String member) {
        String[] words = orderBy(field(member));
        return (words.length > 1 && "desc".equalsIgnoreCase(words[1]) ? "-" : "") + words[0];
    }

    /** Returns the order of {@code @OrderBy} in SQL. The id breaks ties. */
    private String order(Field field, EntityMapping target, Copy copy) {
        String[] words = orderBy(field);
        String direction = words.length > 1 ? " " + words[1] : "";
        Attribute attribute = target.attribute(words[0]);
        return copy != null && copy.column().copyOf().equals(words[0])
                ? "l." + copy.column().name() + direction + ", l." + copy.id() + direction
                : "{it}." + attribute.column() + direction + ", {it}.id" + direction;
    }

    /** Returns the member of {@code @OrderBy}, and the direction if it has one. */
    private String[] orderBy(Field field) {
        OrderBy order = field.getAnnotation(OrderBy.class);
        if (order == null || order.value().isEmpty()) {
            throw new IllegalStateException(describe(field.getName()) + " has no @OrderBy with a member");
        }
        String[] words = order.value().split(" ");
        if (words.length > 2) {
            throw new IllegalStateException(describe(field.getName()) + " has an @OrderBy of more than a direction");
        }
        return words;
    }

    private JoinColumn joinColumn(Field field) {
        JoinColumn column = field.getAnnotation(JoinColumn.class);
        if (column == null || column.name().isEmpty()) {
            throw new IllegalStateException(describe(field.getName()) + " has no @JoinColumn with a name");
        }
        return column;
    }

    private JoinTable joinTable(Field field) {
        JoinTable table = field.getAnnotation(JoinTable.class);
        if (table == null || table.joinColumns().length != 1 || table.inverseJoinColumns().length != 1) {
            throw new IllegalStateException(
                    describe(field.getName()) + " has no @JoinTable with a column for each side");
        }
        return table;
    }

    private static String column(JoinColumn... columns) {
        return columns[0].name();
    }

    private static Class<?> elementType(Field field) {
        return (Class<?>) ((ParameterizedType) field.getGenericType()).getActualTypeArguments()[0];
    }

    private static Class<?> target(Field field) {
        return field.isAnnotationPresent(OneToMany.class) ? elementType(field) : field.getType();
    }

    private Field field(String member) {
        return fields().filter(field -> field.getName().equals(member))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no " + describe(member)));
    }

    private Stream<Field> fields() {
        return Stream.<Class<?>>iterate(entity, Objects::nonNull, Class::getSuperclass)
                .flatMap(type -> Stream.of(type.getDeclaredFields()));
    }

    private String describe(String member) {
        return entity.getSimpleName() + "." + member;
    }

    /** Converts a name like Hibernate's PhysicalNamingStrategySnakeCaseImpl, which is configured. */
    private static String snakeCase(String member) {
        return HUMP.matcher(member).replaceAll(hump -> "_" + hump.group().toLowerCase(Locale.ROOT));
    }

    private static String camelCase(String column) {
        return UNDERSCORE.matcher(column).replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
    }
}
