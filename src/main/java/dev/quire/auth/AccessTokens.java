package dev.quire.auth;

import dev.quire.security.Caller;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.build.Jwt;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;

/** The access tokens: JWTs (RFC 7519) that name a user and their roles, signed with RS256. */
@Singleton
class AccessTokens {
    /** The lifetime of a token. */
    static final Duration TTL = Duration.ofMinutes(15);

    /** The maximum clock skew between replicas. */
    static final Duration SKEW = Duration.ofSeconds(10);

    private static final String ISSUER = "quire";
    private static final String AUDIENCE = "quire";

    private final Keys keys;

    AccessTokens(Keys keys) {
        this.keys = keys;
    }

    /** Returns a new token for the user of a session. Its role and its time of issue are those of the user's lookup. */
    String issue(IssuedTokens grant) {
        return Jwt.issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(Long.toString(grant.user()))
                .groups(grant.admin() ? Set.of(Caller.ADMIN, Caller.USER) : Set.of(Caller.USER))
                .claim(Caller.SESSION, Long.toString(grant.session()))
                .claim(Caller.AUTHENTICATED_AT, grant.authenticatedAt().getEpochSecond())
                .issuedAt(grant.at())
                .expiresAt(grant.at().plus(TTL))
                .jws()
                .keyId(keys.signingId())
                .sign(keys.signingKey());
    }

    /** Returns the requirements on a valid token. They replace SmallRye JWT's own, which are built from configuration. */
    @Produces
    @Singleton
    @Alternative
    @Priority(1)
    JWTAuthContextInfo requirements() {
        var requirements = new JWTAuthContextInfo();
        requirements.setIssuedBy(ISSUER);
        requirements.setExpectedAudience(Set.of(AUDIENCE));
        requirements.setSignatureAlgorithm(Set.of(SignatureAlgorithm.RS256));
        requirements.setPublicKeyContent(keys.publicKeys());
        requirements.setClockSkew((int) SKEW.toSeconds());
        requirements.setRequiredClaims(Set.of("sub", "jti"));
        return requirements;
    }
}
