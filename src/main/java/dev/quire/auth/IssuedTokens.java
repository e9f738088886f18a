package dev.quire.auth;

import java.time.Instant;

/**
 * What a log-in or a refresh gives, at a time at which the user had this role.
 *
 * @param session the id of the session
 * @param at by the clock of the database
 */
public record IssuedTokens(long session, long user, boolean admin, Instant at, String refreshToken) {
    @Override
    public String toString() {
        return "Grant[" + session + "]";
    }
}
