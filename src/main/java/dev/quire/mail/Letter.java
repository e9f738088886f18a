package dev.quire.mail;

/** A mail as it is sent, in plain text and in HTML. */
record Letter(String to, String subject, String text, String html) {
    @Override
    public String toString() {
        return "Letter[]";
    }
}
