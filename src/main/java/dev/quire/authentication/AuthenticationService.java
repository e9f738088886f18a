package dev.quire.authentication;

import dev.quire.parameter.Showing;
import dev.quire.password.Passwords;
import dev.quire.problem.ProblemException.Unauthenticated;
import dev.quire.text.TextValidator;
import dev.quire.upsert.Upserted;
import dev.quire.user.NewUserInput;
import dev.quire.user.UserService;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** The use cases of registration and log-in. */
@ApplicationScoped
public class AuthenticationService {
    private final UserService users;
    private final Passwords passwords;
    private final AccessTokens tokens;

    AuthenticationService(UserService users, Passwords passwords, AccessTokens tokens) {
        this.users = users;
        this.passwords = passwords;
        this.tokens = tokens;
    }

    /** Makes a user of whoever asks. The password is hashed before the transaction begins, which it would only hold up. */
    public Uni<Upserted> register(NewUserInput input) {
        return passwords.hash(input.password()).chain(hash -> users.create(input, hash, null));
    }

    /**
     * A token for whoever knows the password.
     *
     * @throws Unauthenticated as the failure, the same after the same work for an unknown email and a wrong password
     */
    public Uni<LogInView> logIn(LogInInput input) {
        // What nobody can have chosen can neither be looked up in PostgreSQL nor hashed.
        if (unreadable(input.email()) || unreadable(input.password())) {
            return Uni.createFrom().failure(noMatch());
        }
        return users.credentials(input.email())
                .chain(user -> passwords
                        .matches(input.password(), user == null ? null : user.passwordHash())
                        .chain(matches -> {
                            if (!matches) {
                                throw noMatch();
                            }
                            return users.self(user.id(), Showing.STANDARD)
                                    .map(view -> new LogInView(
                                            tokens.issue(user.id(), user.admin()),
                                            "Bearer",
                                            AccessTokens.LIFE.toSeconds(),
                                            view.text()));
                        }));
    }

    private static boolean unreadable(String text) {
        return TextValidator.unreadable(text, false).isPresent();
    }

    private static Unauthenticated noMatch() {
        return new Unauthenticated("No user has this email and this password.");
    }
}
