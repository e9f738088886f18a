package dev.quire.auth;

import dev.quire.mail.MailKind;
import dev.quire.mail.MailTokens;
import dev.quire.mail.MailTokens.Found;
import dev.quire.mail.MailTokens.Purpose;
import dev.quire.mail.Outbox;
import dev.quire.model.Session;
import dev.quire.model.User;
import dev.quire.model.User.Recipient;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.ProblemException.TooManyRequests;
import dev.quire.problem.ProblemException.Unauthenticated;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.security.Audit;
import dev.quire.security.Audit.Event;
import dev.quire.security.Client;
import dev.quire.security.Revocations;
import dev.quire.user.RegistrationService;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import org.eclipse.microprofile.health.Readiness;

/** The use cases of emails that are to be confirmed. */
@ApplicationScoped
public class ConfirmationService {
    private static final Set<Purpose> PURPOSES = Set.of(Purpose.CONFIRMATION, Purpose.REGISTRATION);

    private final Outbox outbox;
    private final MailTokens tokens;
    private final RegistrationService registrations;
    private final AttemptThrottle throttle;
    private final Revocations revocations;
    private final Audit audit;

    ConfirmationService(
            Outbox outbox,
            MailTokens tokens,
            RegistrationService registrations,
            AttemptThrottle throttle,
            @Readiness Revocations revocations,
            Audit audit) {
        this.outbox = outbox;
        this.tokens = tokens;
        this.registrations = registrations;
        this.throttle = throttle;
        this.revocations = revocations;
        this.audit = audit;
    }

    /**
     * Mails a token and a code for the email of a user that is not confirmed, if there is one.
     *
     * @throws NotFound when mails are not sent
     */
    public Uni<?> begin(long user) {
        outbox.requireEnabled();
        return throttle.confirmation(user)
                .chain(sent -> sent ? put(user) : Uni.createFrom().voidItem());
    }

    @WithTransaction
    Uni<?> put(long id) {
        return User.findRecipient(id).chain(user -> {
            String address = user == null ? null : unconfirmed(user);
            return address == null ? Uni.createFrom().voidItem() : outbox.put(MailKind.CONFIRMATION, id, address);
        });
    }

    private static String unconfirmed(Recipient user) {
        return user.pendingEmail() != null ? user.pendingEmail() : user.emailConfirmed() ? null : user.email();
    }

    /**
     * Confirms an email. If it takes the place of another one, all sessions and tokens end. If it is that of a registration,
     * the user is created.
     *
     * @param caller the id of the caller, who is needed for a code; 0 for none
     * @throws NotFound when mails are not sent
     * @throws Unauthenticated when there is a code and no caller
     * @throws UnprocessableEntity as the failure, when the token or the code is not good
     * @throws TooManyRequests as the failure, after too many tries from one address
     */
    public Uni<?> complete(CompleteConfirmationInput input, long caller, Client client) {
        outbox.requireEnabled();
        input.requireOne();
        if (input.code() != null && caller == 0) {
            throw new Unauthenticated("An access token is required.");
        }
        return throttle.completion(client)
                .chain(() -> input.token() != null
                        ? tokens.find(input.token(), PURPOSES)
                        : tokens.guess(Purpose.CONFIRMATION, Long.toString(caller), input.code()))
                .chain(token -> token == null
                        ? Uni.createFrom().<Event>nullItem()
                        : token.purpose() == Purpose.REGISTRATION ? register(token) : confirm(token))
                .call(event -> {
                    audit.log(event == null ? Event.CONFIRMATION_FAILED : event, client);
                    if (event == null) {
                        throw CompleteConfirmationInput.refusal(input.token() != null);
                    }
                    return event == Event.EMAIL_CHANGED
                            ? revocations.outlive()
                            : Uni.createFrom().voidItem();
                });
    }

    @WithTransaction
    Uni<Event> register(Found token) {
        return tokens.use(token)
                .chain(used -> used
                        ? registrations.createRegistered(token.content())
                        : Uni.createFrom().item(false))
                .map(created -> created ? Event.REGISTERED : null);
    }

    @WithTransaction
    Uni<Event> confirm(Found token) {
        return User.lockForUpdate(token.user())
                .chain(user -> user == null
                        ? Uni.createFrom().nullItem()
                        : tokens.use(token)
                                .chain(used -> used
                                        ? confirm(user, token)
                                        : Uni.createFrom().nullItem()));
    }

    private Uni<Event> confirm(User user, Found token) {
        String address = token.address();
        if (address.equals(user.pendingEmail)) {
            String former = user.email;
            user.email = address;
            user.pendingEmail = null;
            user.emailConfirmed = true;
            return user.flush()
                    .chain(() -> tokens.removeOthers(token))
                    .chain(() -> Session.deleteOthers(user.id, 0))
                    .chain(() -> revocations.revoke(user.id))
                    .chain(() -> outbox.put(MailKind.CHANGED, user.id, former))
                    .replaceWith(Event.EMAIL_CHANGED);
        }
        if (address.equals(user.email)) {
            user.emailConfirmed = true;
            return Uni.createFrom().item(Event.EMAIL_CONFIRMED);
        }
        return Uni.createFrom().nullItem();
    }
}
