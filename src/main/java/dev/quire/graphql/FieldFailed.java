package dev.quire.graphql;

/** The failure of a root field. */
final class FieldFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String key;

    /** @param key the key of the field in the answer */
    FieldFailed(String key, Throwable cause) {
        super(null, cause, false, false);
        this.key = key;
    }

    String key() {
        return key;
    }
}
