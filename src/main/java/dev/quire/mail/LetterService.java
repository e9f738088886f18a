package dev.quire.mail;

import dev.quire.mail.MailTokens.Issued;
import dev.quire.mail.MailTokens.Purpose;
import dev.quire.mail.Outbox.Mail;
import dev.quire.model.User;
import dev.quire.model.User.Recipient;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** The writing of mails: it looks the user up and creates the token, after the request and just before the mail is sent. */
@ApplicationScoped
class LetterService {
    private final Outbox outbox;
    private final MailTokens tokens;
    private final MailTexts texts;

    LetterService(Outbox outbox, MailTokens tokens, MailTexts texts) {
        this.outbox = outbox;
        this.tokens = tokens;
        this.texts = texts;
    }

    /**
     * Writes a mail, with a new token if it needs one. Returns null as the item when there is nobody to write to, or a newer
     * mail of the same kind.
     */
    @WithTransaction
    Uni<Letter> write(Mail mail) {
        return outbox.isSuperseded(mail)
                .chain(superseded -> superseded ? nobody() : writeOne(mail))
                .call(letter -> letter == null
                        ? Uni.createFrom().voidItem()
                        : outbox.doubt(mail).invoke(LetterService::requireOwn));
    }

    private static void requireOwn(boolean own) {
        if (!own) {
            throw new IllegalStateException("another sender has taken the mail");
        }
    }

    private Uni<Letter> writeOne(Mail mail) {
        return switch (mail.kind()) {
            case RECOVERY -> User.findRecipient(mail.address()).chain(user -> recovery(mail, user));
            case REGISTRATION -> User.findRecipient(mail.address()).chain(user -> registration(mail, user));
            case CONFIRMATION ->
                User.findRecipient(mail.user())
                        .chain(user -> user == null || !isToConfirm(mail, user) ? nobody() : confirmation(mail, user));
            case CHANGED ->
                toUser(
                        mail,
                        user -> tokens.issue(
                                Purpose.RESTORATION,
                                MailTokens.subject(mail.address()),
                                user.id(),
                                mail.address(),
                                mail.content()));
            case INVITATION -> User.findRecipient(mail.user()).chain(user -> recovery(mail, user));
            case TAKEN, RECOVERED, CHANGING ->
                toUser(mail, user -> Uni.createFrom().nullItem());
        };
    }

    private interface Issuing {
        Uni<Issued> issue(Recipient user);
    }

    private Uni<Letter> toUser(Mail mail, Issuing issuing) {
        return User.findRecipient(mail.user())
                .chain(user -> user == null
                        ? nobody()
                        : issuing.issue(user).map(issued -> letter(mail, mail.kind(), user.name(), issued)));
    }

    /** Creates a token for an unknown address too, so that guesses at its codes are counted and refused alike. */
    private Uni<Letter> recovery(Mail mail, Recipient user) {
        return tokens.issue(
                        Purpose.RECOVERY,
                        MailTokens.subject(mail.address()),
                        user == null ? 0 : user.id(),
                        mail.address(),
                        mail.content())
                .map(issued -> user == null ? null : letter(mail, mail.kind(), user.name(), issued));
    }

    private Uni<Letter> registration(Mail mail, Recipient owner) {
        return owner == null
                ? tokens.issue(
                                Purpose.REGISTRATION,
                                MailTokens.subject(mail.address()),
                                0,
                                mail.address(),
                                mail.content())
                        .map(issued -> letter(mail, MailKind.REGISTRATION, null, issued))
                : Uni.createFrom().item(letter(mail, MailKind.TAKEN, owner.name(), null));
    }

    /** Confirms an email, unless it has become another user's, who is told instead. */
    private Uni<Letter> confirmation(Mail mail, Recipient user) {
        return User.findRecipient(mail.address())
                .chain(owner -> owner == null || owner.id() == user.id()
                        ? tokens.issue(
                                        Purpose.CONFIRMATION,
                                        Long.toString(user.id()),
                                        user.id(),
                                        mail.address(),
                                        mail.content())
                                .map(issued -> letter(mail, MailKind.CONFIRMATION, user.name(), issued))
                        : Uni.createFrom().item(letter(mail, MailKind.TAKEN, owner.name(), null)));
    }

    private static boolean isToConfirm(Mail mail, Recipient user) {
        return mail.address().equals(user.pendingEmail())
                || mail.address().equals(user.email()) && !user.emailConfirmed();
    }

    private Letter letter(Mail mail, MailKind kind, String name, Issued issued) {
        return texts.write(kind, mail.language(), mail.address(), name, issued);
    }

    private static Uni<Letter> nobody() {
        return Uni.createFrom().nullItem();
    }
}
