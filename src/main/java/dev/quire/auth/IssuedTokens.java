package dev.quire.auth;

import java.time.Instant;

/**
 * The result of a log-in or a refresh, at a time at which the user had this role.
 *
 * @param session the id of the session
 * @param user the id of the user
 * @param at the time by the clock of the database
 * @param authenticatedAt the time of the log-in
 */
public record IssuedTokens(
        long session, long user, boolean admin, Instant at, Instant authenticatedAt, String refreshToken) {
    @Override
    public String toString() {
        return "IssuedTokens[" + session + "]";
    }
}
