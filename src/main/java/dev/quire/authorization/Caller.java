package dev.quire.authorization;

import dev.quire.problem.ProblemException.Forbidden;
import io.quarkus.security.identity.SecurityIdentity;

/**
 * Who makes a request, as the token tells.
 *
 * @param id the user's, 0 for nobody
 */
public record Caller(long id, boolean admin) {
    /** The roles of the contract. */
    public static final String USER = "user";

    public static final String ADMIN = "admin";

    /** Whoever was authenticated, or nobody. */
    public static Caller of(SecurityIdentity identity) {
        return identity.isAnonymous()
                ? new Caller(0, false)
                : new Caller(Long.parseLong(identity.getPrincipal().getName()), identity.hasRole(ADMIN));
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
            throw new Forbidden("This is not yours.");
        }
    }
}
