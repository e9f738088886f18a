package dev.quire.security;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** An augmentor that rejects tokens of users deleted since, and removes the role admin if the user has lost it since. */
@Singleton
class RevokedTokens implements SecurityIdentityAugmentor {
    private final Revocations revocations;

    RevokedTokens(@Readiness Revocations revocations) {
        this.revocations = revocations;
    }

    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        return identity.getPrincipal() instanceof JsonWebToken token
                ? revocations.ensureKnown().map(known -> asOfNow(identity, token))
                : Uni.createFrom().item(identity);
    }

    private SecurityIdentity asOfNow(SecurityIdentity identity, JsonWebToken token) {
        long user = Long.parseLong(token.getName());
        if (revocations.isDeleted(user, token.getIssuedAtTime())) {
            throw new AuthenticationFailedException("the user of this token was deleted");
        }
        if (!revocations.isDemoted(user, token.getIssuedAtTime())) {
            return identity;
        }
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(identity.getPrincipal())
                .addCredentials(identity.getCredentials())
                .addAttributes(identity.getAttributes())
                .addRole(Caller.USER)
                .build();
    }
}
