package dev.quire.security;

import dev.quire.problem.ProblemException.Forbidden;
import dev.quire.problem.ProblemException.InsufficientAuthentication;
import io.quarkus.security.identity.SecurityIdentity;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * The caller of a request, as named by the token.
 *
 * @param id the id of the user, 0 without authentication
 * @param session the id of the session in which the token was issued, 0 for none
 * @param authenticatedAt the time of the log-in that began the session, in seconds since the epoch, 0 if unknown
 */
public record Caller(long id, boolean admin, long session, long authenticatedAt) {
    /** The roles of the API contract. */
    public static final String USER = "user";

    public static final String ADMIN = "admin";

    /** The claim with the id of the session. */
    public static final String SESSION = "sid";

    /** The claim with the time of the log-in (OpenID Connect Core, section 2). */
    public static final String AUTHENTICATED_AT = "auth_time";

    /** Returns the authenticated user, or an anonymous caller with the id 0. */
    public static Caller of(SecurityIdentity identity) {
        if (identity.isAnonymous()) {
            return new Caller(0, false, 0, 0);
        }
        String session = null;
        long authenticatedAt = 0;
        if (identity.getPrincipal() instanceof JsonWebToken token) {
            session = token.getClaim(SESSION);
            Object time = token.getClaim(AUTHENTICATED_AT);
            authenticatedAt = time instanceof Number seconds ? seconds.longValue() : 0;
        }
        return new Caller(
                Long.parseLong(identity.getPrincipal().getName()),
                identity.hasRole(ADMIN),
                session == null ? 0 : Long.parseLong(session),
                authenticatedAt);
    }

    /** Returns whether the caller may access resources of this owner, as the owner or as an admin. */
    public boolean may(long owner) {
        return admin || id == owner;
    }

    /**
     * Rejects a caller whose log-in is too long ago for an operation that must not be left to a stolen token (RFC 9470).
     *
     * @throws InsufficientAuthentication when the log-in is older than this
     */
    public void requireLogInWithin(Duration age) {
        if (Instant.ofEpochSecond(authenticatedAt).plus(age).isBefore(Instant.now())) {
            throw new InsufficientAuthentication(age);
        }
    }

    /**
     * Rejects a caller that may not access resources of this owner.
     *
     * @throws Forbidden unless {@link #may(long)}
     */
    public void require(long owner) {
        if (!may(owner)) {
            throw new Forbidden("This resource belongs to another user.");
        }
    }
}
