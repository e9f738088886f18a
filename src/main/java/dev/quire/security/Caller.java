package dev.quire.security;

import dev.quire.problem.ProblemException.Forbidden;
import io.quarkus.security.identity.SecurityIdentity;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Who makes a request, as the token tells.
 *
 * @param id the user's, 0 for nobody
 * @param session the one that the token was got in, 0 for none
 */
public record Caller(long id, boolean admin, long session) {
    /** The roles of the contract. */
    public static final String USER = "user";

    public static final String ADMIN = "admin";

    /** The claim with the id of the session. */
    public static final String SESSION = "sid";

    /** Whoever was authenticated, or nobody. */
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

    /** Whether what belongs to this user is the caller's, or the caller is an admin. */
    public boolean may(long owner) {
        return admin || id == owner;
    }

    /**
     * @throws Forbidden unless {@link #may(long)}
     */
    public void require(long owner) {
        if (!may(owner)) {
            throw new Forbidden("This resource belongs to another user.");
        }
    }
}
