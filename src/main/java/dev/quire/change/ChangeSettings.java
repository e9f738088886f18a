package dev.quire.change;

import dev.quire.validation.Converters.Time;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.Range;
import org.hibernate.validator.constraints.time.DurationMin;

/** The settings of the changes of all rows. */
@ConfigMapping(prefix = "quire.changes")
public interface ChangeSettings {
    /** Returns the time for which a deleted row is told as deleted. */
    @WithDefault("90D")
    @WithConverter(Time.class)
    @DurationMin(seconds = 1, message = Time.SECOND_OR_MORE)
    Duration life();

    /** Returns the number of clients that may listen at the same time. */
    @WithDefault("1000")
    @Range(min = 1, max = 100_000)
    int streams();
}
