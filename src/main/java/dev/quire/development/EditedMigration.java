package dev.quire.development;

import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.flyway.FlywayConfigurationCustomizer;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** The advice to a developer who has changed a migration that has run already. Flyway's own does not fit this project. */
@Singleton
@IfBuildProfile("dev")
class EditedMigration extends BaseCallback implements FlywayConfigurationCustomizer {
    @Override
    public void customize(FluentConfiguration configuration) {
        configuration.callbacks(Stream.concat(Stream.of(configuration.getCallbacks()), Stream.of(this))
                .toArray(Callback[]::new));
    }

    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.AFTER_VALIDATE_ERROR;
    }

    @Override
    public void handle(Event event, Context context) {
        String migrations = Flyway.configure()
                .configuration(context.getConfiguration())
                .callbacks(new Callback[0])
                .load()
                .validateWithResult()
                .invalidMigrations
                .stream()
                .map(migration -> migration.version + " (" + migration.description + ")")
                .collect(Collectors.joining(", "));
        throw new FlywayException("""
                A migration that has run already was edited, renamed or removed: %s.
                To apply the change, stop with "q", delete the database with "./mvnw clean", and start again with new demo data.
                To keep the data, take the change back, and write a new migration instead.""".formatted(migrations));
    }
}
