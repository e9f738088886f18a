package dev.quire.auth;

import dev.quire.auth.AttemptThrottle.Attempt;
import dev.quire.http.FieldParameters;
import dev.quire.http.WriteResult;
import dev.quire.mail.MailSettings;
import dev.quire.model.User.Credentials;
import dev.quire.model.User.Identity;
import dev.quire.problem.ProblemException.Forbidden;
import dev.quire.problem.ProblemException.SecondFactorRequired;
import dev.quire.problem.ProblemException.TooManyRequests;
import dev.quire.problem.ProblemException.Unauthenticated;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation.Code;
import dev.quire.security.Audit;
import dev.quire.security.Audit.Event;
import dev.quire.security.Caller;
import dev.quire.security.Client;
import dev.quire.security.Passwords;
import dev.quire.user.EmailValidator;
import dev.quire.user.NewUserInput;
import dev.quire.user.RegistrationService;
import dev.quire.user.UserService;
import dev.quire.validation.PlainTextValidator;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The use cases of registration, log-in and log-out. */
@ApplicationScoped
public class AuthenticationService {
    private final UserService users;
    private final RegistrationService registrations;
    private final SessionService sessions;
    private final Passwords passwords;
    private final AccessTokens tokens;
    private final AttemptThrottle throttle;
    private final Audit audit;
    private final boolean discreet;

    AuthenticationService(
            UserService users,
            RegistrationService registrations,
            SessionService sessions,
            Passwords passwords,
            AccessTokens tokens,
            AttemptThrottle throttle,
            Audit audit,
            MailSettings mails) {
        this.users = users;
        this.registrations = registrations;
        this.sessions = sessions;
        this.passwords = passwords;
        this.tokens = tokens;
        this.throttle = throttle;
        this.audit = audit;
        this.discreet = mails.discreet();
    }

    /**
     * Registers a user. The password is hashed before the transaction begins, because hashing would only prolong it.
     *
     * @return null as the item when the user is created later, by a confirmation
     */
    public Uni<WriteResult> register(NewUserInput input, Client client) {
        return passwords
                .room()
                .chain(() -> throttle.register(client))
                .chain(() -> passwords.hashNew(input.password(), "/password", input.known()))
                .chain(hash -> discreet ? registerByMail(input, hash) : register(input, hash, client));
    }

    private Uni<WriteResult> register(NewUserInput input, String hash, Client client) {
        return registrations.register(input, hash).invoke(user -> audit.log(Event.REGISTERED, client, user.id()));
    }

    private Uni<WriteResult> registerByMail(NewUserInput input, String hash) {
        return registrations
                .registerByMail(input, hash)
                .chain(() -> Uni.createFrom().nullItem());
    }

    /**
     * Returns new tokens in exchange for an email and its password.
     *
     * @throws TooManyRequests as the failure, after too many guesses
     * @throws Unauthenticated as the failure, the same after the same work for an unknown email and a wrong password
     */
    public Uni<LogInView> logIn(LogInInput input, Client client) {
        // Input that nobody can have chosen is neither hashed nor looked up. The schema folds more spellings into the
        // same email than AttemptThrottle, so that each spelling would have a rate limit of its own.
        if (!EmailValidator.matches(input.email()) || unreadable(input.password())) {
            return Uni.createFrom().failure(noMatch());
        }
        return passwords
                .room()
                .chain(() -> throttle.logIn(input.email(), client))
                .chain(attempt -> throttle.judge(attempt, Unauthenticated.class, whoKnows(input, client)))
                .invoke(grant -> audit.log(Event.LOGGED_IN, client, grant.user(), grant.session()))
                .chain(this::view);
    }

    private Uni<IssuedTokens> whoKnows(LogInInput input, Client client) {
        return open(input, client)
                // The password was changed, or its hash replaced, while the given password was verified.
                .onItem()
                .ifNull()
                .switchTo(() -> open(input, client))
                .onItem()
                .ifNull()
                .failWith(AuthenticationService::noMatch);
    }

    private Uni<IssuedTokens> open(LogInInput input, Client client) {
        return users.credentials(input.email())
                .chain(user -> passwords
                        .matches(input.password(), user == null ? null : user.passwordHash())
                        .chain(matches -> {
                            if (!matches) {
                                throw noMatch(user, client);
                            }
                            return upToDate(user, input.password())
                                    .chain(hash -> hash == null ? none() : open(user.id(), hash, input.code(), client));
                        }));
    }

    /** Opens the session. Guesses at the code of a second factor are counted, whichever address they come from. */
    private Uni<IssuedTokens> open(long user, String hash, String code, Client client) {
        if (code == null) {
            return sessions.open(user, hash, null, client);
        }
        return throttle.code(user)
                .chain(attempt ->
                        throttle.judge(attempt, SecondFactorRequired.class, sessions.open(user, hash, code, client)))
                .onFailure(SecondFactorRequired.class)
                .invoke(() -> audit.log(Event.SECOND_FACTOR_FAILED, client, user));
    }

    /** Returns the hash of the password with the current parameters; null as the item when it was replaced concurrently. */
    private Uni<String> upToDate(Credentials user, String password) {
        return passwords.isOutdated(user.passwordHash())
                ? passwords.hash(password).chain(hash -> users.rehash(user.id(), user.passwordHash(), hash))
                : Uni.createFrom().item(user.passwordHash());
    }

    private static Uni<IssuedTokens> none() {
        return Uni.createFrom().nullItem();
    }

    private Unauthenticated noMatch(Credentials user, Client client) {
        if (user == null) {
            audit.log(Event.LOG_IN_FAILED, client);
        } else {
            audit.log(Event.LOG_IN_FAILED, client, user.id());
        }
        return noMatch();
    }

    /**
     * Returns new tokens in exchange for a refresh token.
     *
     * @throws TooManyRequests as the failure, when there are too many refreshes from one address
     * @throws Unauthenticated as the failure, when the token is invalid, or no longer valid
     */
    public Uni<LogInView> refresh(RefreshInput input, Client client) {
        return throttle.refresh(client)
                .chain(() -> sessions.refresh(input.refreshToken(), client))
                .onItem()
                .ifNull()
                .failWith(() -> {
                    audit.log(Event.REFRESH_FAILED, client);
                    return new Unauthenticated("The refresh token is invalid or has expired.");
                })
                .invoke(grant -> audit.log(Event.REFRESHED, client, grant.user(), grant.session()))
                .chain(this::view);
    }

    /** Ends the session of a refresh token, if it has a session. */
    public Uni<?> logOut(RefreshInput input, Client client) {
        return sessions.end(input.refreshToken(), client);
    }

    /**
     * Changes the caller's own password, and ends all sessions of the user except that of the caller.
     *
     * @throws Forbidden when the password is another user's, which admins cannot change either
     * @throws UnprocessableEntity as the failure, when the current password is wrong, or the new password too weak
     * @throws TooManyRequests as the failure, after too many guesses
     */
    public Uni<?> changePassword(long id, Caller caller, ChangePasswordInput input, Client client) {
        if (id != caller.id()) {
            throw new Forbidden("This resource belongs to another user.");
        }
        return throttle.password(id)
                .chain(attempt -> replacePassword(attempt, id, caller, input, client)
                        .onFailure(failure -> !(failure instanceof UnprocessableEntity))
                        .call(() -> throttle.unmade(attempt)));
    }

    private Uni<Boolean> replacePassword(
            Attempt attempt, long id, Caller caller, ChangePasswordInput input, Client client) {
        return users.identity(id)
                .chain(user -> passwords
                        .matches(input.current(), user.passwordHash())
                        .chain(matches -> matches
                                ? replacement(attempt, user, input)
                                : Uni.createFrom().<String>nullItem())
                        .chain(replacement -> replacement == null
                                ? Uni.createFrom().item(false)
                                : sessions.changePassword(id, user.passwordHash(), replacement, caller.session())))
                .invoke(changed -> {
                    Event event = changed ? Event.PASSWORD_CHANGED : Event.PASSWORD_CHANGE_FAILED;
                    audit.log(event, client, id, caller.session());
                    if (!changed) {
                        throw new UnprocessableEntity("/current", Code.INCORRECT, "is not the password");
                    }
                });
    }

    /** Returns the hash of the new password. The current one was right, whatever is wrong with the new one. */
    private Uni<String> replacement(Attempt attempt, Identity user, ChangePasswordInput input) {
        return throttle.right(attempt)
                .chain(() -> passwords.hashNew(input.replacement(), "/new", List.of(user.email(), user.name())));
    }

    private Uni<LogInView> view(IssuedTokens grant) {
        return users.self(grant.user(), FieldParameters.STANDARD)
                .map(view -> new LogInView(
                        tokens.issue(grant),
                        "Bearer",
                        AccessTokens.TTL.toSeconds(),
                        grant.refreshToken(),
                        view.text()));
    }

    private static boolean unreadable(String text) {
        return PlainTextValidator.unreadable(text, false).isPresent();
    }

    private static Unauthenticated noMatch() {
        return new Unauthenticated("The email or the password is wrong.");
    }
}
