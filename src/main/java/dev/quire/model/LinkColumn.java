package dev.quire.model;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a column of a join table that holds a copy of a member of the owner, so that an index of the join table has the
 * rows of the inverse side in the order of that member. The database keeps the copy equal.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface LinkColumn {
    /** The name of the column. */
    String name();

    /** The member of the owner that it is a copy of. */
    String copyOf();
}
