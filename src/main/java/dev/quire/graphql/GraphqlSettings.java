package dev.quire.graphql;

import dev.quire.validation.Converters.Switch;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Pattern;
import java.util.Optional;
import java.util.Set;

/** The settings of GraphQL. */
@ConfigMapping(prefix = "quire.graphql")
public interface GraphqlSettings {
    /** Returns whether clients may read the schema. */
    @WithDefault("true")
    @WithConverter(Switch.class)
    boolean introspection();

    /** Returns the names of operations that the metrics tell apart. */
    Optional<Set<@Pattern(regexp = "[_A-Za-z]\\w*", message = "must be names, separated by commas") String>>
            operations();
}
