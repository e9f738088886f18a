package dev.quire.user;

import dev.quire.http.IdempotencyKeys;
import dev.quire.http.WriteResult;
import dev.quire.json.RequestBodies;
import dev.quire.mail.MailKind;
import dev.quire.mail.Outbox;
import dev.quire.model.User;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation.Code;
import dev.quire.security.Caller;
import dev.quire.security.Passwords;
import dev.quire.security.ServiceSecrets;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;

/** The use cases of new users, and the mails that they get. */
@ApplicationScoped
public class RegistrationService {
    /** The purpose for which pending registrations are encrypted. */
    private static final String PENDING = "registration";

    private final UserService users;
    private final Passwords passwords;
    private final IdempotencyKeys keys;
    private final RequestBodies bodies;
    private final Outbox outbox;
    private final ServiceSecrets secrets;

    RegistrationService(
            UserService users,
            Passwords passwords,
            IdempotencyKeys keys,
            RequestBodies bodies,
            Outbox outbox,
            ServiceSecrets secrets) {
        this.users = users;
        this.passwords = passwords;
        this.keys = keys;
        this.bodies = bodies;
        this.outbox = outbox;
        this.secrets = secrets;
    }

    /** Creates a user that registers, and asks by mail to confirm the email. */
    public Uni<WriteResult> register(NewUserInput input, String passwordHash) {
        return create(input, passwordHash, null, MailKind.CONFIRMATION);
    }

    /**
     * Creates a user for an admin. A user without a password is invited by mail to choose one.
     *
     * @throws UnprocessableEntity without a password, when mails are not sent; as the failure, when the password is too weak
     */
    public Uni<WriteResult> createFor(Caller admin, CreateUserInput input) {
        NewUserInput user = input.user();
        if (user.password() != null) {
            return passwords
                    .hashNew(user.password(), "/password", user.known())
                    .chain(hash -> create(user, hash, admin, MailKind.CONFIRMATION));
        }
        if (!outbox.isEnabled()) {
            throw new UnprocessableEntity("/password", Code.REQUIRED, "is required");
        }
        return passwords.hashUnknown().chain(hash -> create(user, hash, admin, MailKind.INVITATION));
    }

    @WithTransaction
    Uni<WriteResult> create(NewUserInput input, String passwordHash, Caller creator, MailKind mail) {
        return keys.executeOnce(() ->
                users.create(input, passwordHash, creator).call(user -> outbox.put(mail, user.id(), input.email())));
    }

    /**
     * Stores a registration until it is confirmed by mail. Nobody looks for a user with this email before the mail is sent:
     * the work is the same for known emails and unknown ones.
     */
    @WithTransaction
    public Uni<?> registerByMail(NewUserInput input, String passwordHash) {
        var pending = new PendingRegistration(input.email(), input.name(), passwordHash, input.address());
        byte[] json = bodies.text(pending).getBytes(StandardCharsets.UTF_8);
        return outbox.put(MailKind.REGISTRATION, 0, input.email(), secrets.seal(PENDING, json));
    }

    /**
     * Creates the user of a registration that was stored, whose email is confirmed. Must be part of a transaction.
     *
     * @return false as the item when the key is no longer there with which it was encrypted
     */
    public Uni<Boolean> createRegistered(byte[] stored) {
        return secrets.open(PENDING, stored)
                .map(this::createPending)
                .orElse(Uni.createFrom().item(false));
    }

    private Uni<Boolean> createPending(byte[] opened) {
        String json = new String(opened, StandardCharsets.UTF_8);
        PendingRegistration pending = bodies.read(bodies.parse(json), PendingRegistration.class);
        return users.create(
                        new NewUserInput(pending.email(), pending.name(), null, pending.address()),
                        pending.passwordHash(),
                        null)
                .chain(made -> User.<User>findById(made.id()))
                .invoke(user -> user.emailConfirmed = true)
                .replaceWith(true);
    }
}
