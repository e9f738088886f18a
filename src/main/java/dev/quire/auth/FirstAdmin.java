package dev.quire.auth;

import dev.quire.database.MigrationsReadiness;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.security.Passwords;
import dev.quire.user.NewUserInput;
import dev.quire.user.UserService;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** The creation of the configured admin at startup, when there is no admin yet. */
@Singleton
class FirstAdmin {
    private static final Logger LOG = Logger.getLogger(FirstAdmin.class);

    void make(
            @Observes StartupEvent start,
            AuthSettings settings,
            @Readiness MigrationsReadiness schema,
            UserService users,
            Passwords passwords)
            throws Throwable {
        AuthSettings.faults(settings).forEach((variable, fault) -> {
            throw new ConfigurationException(variable + " " + fault);
        });
        AuthSettings.Admin account = settings.admin();
        if (account.email().isEmpty()) {
            return;
        }
        var admin = new NewUserInput(
                account.email().get(), "Admin", account.password().get(), null);
        if (schema.isCurrent()) {
            VertxContextSupport.subscribeAndAwait(() -> ensure(admin, users, passwords));
        } else {
            VertxContextSupport.subscribe(
                    () -> schema.whenCurrent()
                            .chain(() -> ensure(admin, users, passwords))
                            .toMulti(),
                    made -> made.with(nothing -> {}, FirstAdmin::stop));
        }
    }

    /** Stops the program. After waiting for the schema, startup is over, and a failure can no longer abort it. */
    private static void stop(Throwable failure) {
        LOG.errorf("The first admin could not be created: %s", failure.getMessage());
        Quarkus.asyncExit(1);
    }

    private static Uni<?> ensure(NewUserInput admin, UserService users, Passwords passwords) {
        return users.hasAdmin()
                .chain(there -> there
                        ? Uni.createFrom().voidItem()
                        : passwords
                                .hashNew(admin.password(), "/password", admin.known())
                                .onFailure(UnprocessableEntity.class)
                                .transform(
                                        weak -> new ConfigurationException("QUIRE_ADMIN_PASSWORD is too easy to guess"))
                                .chain(hash -> create(admin, hash, users)));
    }

    private static Uni<?> create(NewUserInput admin, String hash, UserService users) {
        return users.createAdmin(admin, hash)
                .invoke(() -> LOG.info("The first admin was created"))
                // Another replica that started concurrently may have created the admin.
                .onFailure()
                .recoverWithUni(failure -> users.hasAdmin().map(there -> {
                    if (!there) {
                        throw new ConfigurationException(
                                "QUIRE_ADMIN_EMAIL must be an email that no user has who is no admin");
                    }
                    return null;
                }));
    }
}
