package dev.quire.validation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Map;

/** A member of a body that stands for a row: the {@code {id}} of an existing row, or the members of another. */
@IdOrMembers
public interface Reference {
    /** Returns the id, null if the row is given by its members. */
    Long id();

    /** Returns the members that describe the row if there is no id, by name; null for absent members. */
    @JsonIgnore
    Map<String, String> members();
}
