package dev.quire.model;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A column of a join table with a copy of a member of the owning entity. An index of the join table thus has the rows of the
 * inverse side in the order of that member. The database keeps the copy up to date.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface LinkColumn {
    /** The name of the column. */
    String name();

    /** The copied member of the owning entity. */
    String copyOf();
}
