package dev.quire.user;

import dev.quire.query.Filter;
import dev.quire.query.RowFilter;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;

/**
 * A filter for users. A user must satisfy every condition that is not null.
 *
 * @param createdAfter created later than this
 * @param createdBefore created earlier than this
 */
@RegisterForReflection
public record UserFilter(Instant createdAfter, Instant createdBefore) implements RowFilter {
    @Override
    public Filter toFilter() {
        return Filter.created(UserService.USER, createdAfter, createdBefore);
    }
}
