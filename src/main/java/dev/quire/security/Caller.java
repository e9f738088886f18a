package dev.quire.security;

import dev.quire.problem.ProblemException.Forbidden;
import io.quarkus.security.identity.SecurityIdentity;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * The caller of a request, as named by the token.
 *
 * @param id the id of the user, 0 without authentication
 * @param session the id of the session in which the token was issued, 0 for none
 */
public record Caller(long id, boolean admin, long session) {
    /** The roles of the API contract. */
    public static final String USER = "user";

    public static final String ADMIN = "admin";

    /** The claim with the id of the session. */
    public static final String SESSION = "sid";

    /** Returns the authenticated user, or an anonymous caller with the id 0. */
    public static Caller of(SecurityIdentity identity) {
        if (identity.isAnonymous()) {
            return new Caller(0, false, 0);
        }
        String session = identity.getPrincipal() instanceof JsonWebToken token ? token.getClaim(SESSION) : null;
        return new Caller(
                Long.parseLong(identity.getPrincipal().getName()),
                identity.hasRole(ADMIN),
                session == null ? 0 : Long.parseLong(session));
    }

    /** Returns whether the caller may access resources of this owner, as the owner or as an admin. */
    public boolean may(long owner) {
        return admin || id == owner;
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
