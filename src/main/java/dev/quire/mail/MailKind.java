package dev.quire.mail;

import java.util.Locale;

/** The kinds of mails. */
public enum MailKind {
    /** A link and a code with which a new password can be chosen. */
    RECOVERY,
    /** The same for a user that an admin has created without a password. */
    INVITATION,
    /** A link and a code that confirm an email. */
    CONFIRMATION,
    /** A link that confirms an email, and creates the user. */
    REGISTRATION,
    /** A note to the owner of an email that somebody has tried to use. */
    TAKEN,
    /** A note that the password was replaced. */
    RECOVERED,
    /** A note to the current email that another one is to take its place. */
    CHANGING,
    /** A note to the former email, with a link that takes the change back. */
    CHANGED;

    /** Returns the key of the texts of this kind. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
