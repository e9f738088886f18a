package dev.quire.auth;

import dev.quire.mail.MailKind;
import dev.quire.mail.MailTokens;
import dev.quire.mail.MailTokens.Found;
import dev.quire.mail.MailTokens.Purpose;
import dev.quire.mail.Outbox;
import dev.quire.model.Session;
import dev.quire.model.User;
import dev.quire.problem.ProblemException.InvalidToken;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.ProblemException.TooManyRequests;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.security.Audit;
import dev.quire.security.Audit.Event;
import dev.quire.security.Client;
import dev.quire.security.Passwords;
import dev.quire.security.Revocations;
import dev.quire.user.UserService;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.health.Readiness;

/** The use cases of forgotten passwords. */
@ApplicationScoped
public class RecoveryService {
    private static final Set<Purpose> PURPOSES = Set.of(Purpose.RECOVERY, Purpose.RESTORATION);

    private final Outbox outbox;
    private final MailTokens tokens;
    private final UserService users;
    private final Passwords passwords;
    private final AttemptThrottle throttle;
    private final Revocations revocations;
    private final Audit audit;

    RecoveryService(
            Outbox outbox,
            MailTokens tokens,
            UserService users,
            Passwords passwords,
            AttemptThrottle throttle,
            @Readiness Revocations revocations,
            Audit audit) {
        this.outbox = outbox;
        this.tokens = tokens;
        this.users = users;
        this.passwords = passwords;
        this.throttle = throttle;
        this.revocations = revocations;
        this.audit = audit;
    }

    /**
     * Begins a recovery. Nobody looks for the user before the mail is sent, so that the work, and with it the time, is the
     * same for known emails and unknown ones.
     *
     * @throws NotFound when mails are not sent
     * @throws TooManyRequests as the failure, when there are too many recoveries from one address
     */
    public Uni<?> begin(RecoveryInput input, Client client) {
        outbox.requireEnabled();
        return throttle.recovery(input.email(), client)
                .chain(sent -> sent ? put(input.email()) : Uni.createFrom().voidItem())
                .invoke(() -> audit.log(Event.RECOVERY_REQUESTED, client));
    }

    @WithTransaction
    Uni<?> put(String email) {
        return outbox.put(MailKind.RECOVERY, 0, email);
    }

    /**
     * Begins a recovery for a user.
     *
     * @throws NotFound when mails are not sent; as the failure, when there is no such user
     */
    @WithTransaction
    public Uni<?> begin(long user) {
        outbox.requireEnabled();
        return User.findRecipient(user)
                .onItem()
                .ifNull()
                .failWith(() -> new NotFound("user", user))
                .chain(recipient -> outbox.put(MailKind.RECOVERY, 0, recipient.email()));
    }

    /**
     * Replaces the password, ends all sessions and revokes all tokens.
     *
     * @throws NotFound when mails are not sent
     * @throws UnprocessableEntity as the failure, when the token or the code is not good, or the password too weak, which
     *     does not use it up
     * @throws TooManyRequests as the failure, after too many tries from one address
     */
    public Uni<?> complete(CompleteRecoveryInput input, Client client) {
        outbox.requireEnabled();
        input.requireOne();
        return passwords
                .room()
                .chain(() -> throttle.completion(client))
                .chain(() -> input.token() != null
                        ? tokens.find(input.token(), PURPOSES)
                        : tokens.guess(Purpose.RECOVERY, MailTokens.subject(input.email()), input.code()))
                .chain(token -> token == null || token.user() == 0
                        ? Uni.createFrom().item(false)
                        : complete(token, input, client))
                .invoke(done -> {
                    if (!done) {
                        audit.log(Event.RECOVERY_FAILED, client);
                        throw CompleteConfirmationInput.refusal(input.token() != null);
                    }
                });
    }

    private Uni<Boolean> complete(Found token, CompleteRecoveryInput input, Client client) {
        return users.identity(token.user())
                .chain(user -> passwords.hashNew(input.password(), "/password", List.of(user.email(), user.name())))
                .chain(hash -> replacePassword(token, hash))
                // The user was deleted meanwhile.
                .onFailure(InvalidToken.class)
                .recoverWithItem(false)
                .call(done -> {
                    if (!done) {
                        return Uni.createFrom().voidItem();
                    }
                    audit.log(Event.RECOVERED, client, token.user());
                    return revocations.outlive();
                });
    }

    /**
     * Replaces the password in the transaction that uses the token up. The email is the one that the token was mailed to: it
     * may have been changed by somebody else meanwhile.
     */
    @WithTransaction
    Uni<Boolean> replacePassword(Found token, String hash) {
        return User.lockForUpdate(token.user())
                .chain(user -> user == null
                        ? Uni.createFrom().item(false)
                        : tokens.use(token)
                                .chain(used -> used
                                        ? recover(user, token, hash).replaceWith(true)
                                        : Uni.createFrom().item(false)));
    }

    private Uni<?> recover(User user, Found token, String hash) {
        user.passwordHash = hash;
        user.email = token.address().equalsIgnoreCase(user.email) ? user.email : token.address();
        user.emailConfirmed = true;
        user.pendingEmail = null;
        return user.flush()
                .chain(() -> tokens.removeOthers(token))
                .chain(() -> Session.deleteOthers(user.id, 0))
                .chain(() -> revocations.revoke(user.id))
                .chain(() -> outbox.put(MailKind.RECOVERED, user.id, user.email));
    }
}
