package dev.quire.user;

import dev.quire.mail.MailKind;
import dev.quire.mail.MailSettings;
import dev.quire.mail.Outbox;
import dev.quire.model.User;
import dev.quire.problem.ProblemException.Conflict;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** The changes of emails, and the mails that confirm and announce them. */
@Singleton
class EmailChanges {
    private final Outbox outbox;
    private final boolean discreet;

    EmailChanges(Outbox outbox, MailSettings settings) {
        this.outbox = outbox;
        this.discreet = settings.discreet();
    }

    /**
     * Changes the email of a user in the current transaction. If mails are sent, it is pending until it is confirmed, and the
     * current email is told of it.
     *
     * @throws Conflict as the failure, when another user has this email, unless nobody may find that out
     */
    Uni<?> change(User user, String email) {
        if (!outbox.isEnabled()) {
            user.email = email;
            user.emailConfirmed = false;
            user.pendingEmail = null;
            return Uni.createFrom().voidItem();
        }
        user.pendingEmail = email;
        return requireFree(email, user)
                .chain(() -> outbox.put(MailKind.CONFIRMATION, user.id, email))
                .chain(() -> outbox.put(MailKind.CHANGING, user.id, user.email));
    }

    private Uni<?> requireFree(String email, User user) {
        return discreet
                ? Uni.createFrom().voidItem()
                : User.findRecipient(email).invoke(owner -> {
                    if (owner != null && owner.id() != user.id) {
                        throw new Conflict("/email", "This email is taken.");
                    }
                });
    }
}
