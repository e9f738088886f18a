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

/** Access tokens: JWTs (RFC 7519) that name a user and their roles, signed with RS256. */
@Singleton
class AccessTokens {
    /** How long a token holds. */
    static final Duration TTL = Duration.ofMinutes(15);

    /** How far the clocks of replicas may differ. */
    static final Duration SKEW = Duration.ofSeconds(10);

    private static final String ISSUER = "quire";
    private static final String AUDIENCE = "quire";

    private final Keys keys;

    AccessTokens(Keys keys) {
        this.keys = keys;
    }

    /** A new token for the user of a session, with the role and as of the time at which it was looked up. */
    String issue(IssuedTokens grant) {
        return Jwt.issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(Long.toString(grant.user()))
                .groups(grant.admin() ? Set.of(Caller.ADMIN, Caller.USER) : Set.of(Caller.USER))
                .claim(Caller.SESSION, Long.toString(grant.session()))
                .issuedAt(grant.at())
                .expiresAt(grant.at().plus(TTL))
                .jws()
                .keyId(keys.signingId())
                .sign(keys.signingKey());
    }

    /** What a token must be like to be believed; takes the place of SmallRye JWT's own, made of configuration. */
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
