package dev.quire.validation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Map;

/** A member of a body that stands for a row: {@code {id}} of one that is there, or the members of another. */
@IdOrMembers
public interface Reference {
    /** Null when the row is told by its members. */
    Long id();

    /** By name the members that tell the row when there is no id; null for those that are absent. */
    @JsonIgnore
    Map<String, String> members();
}
