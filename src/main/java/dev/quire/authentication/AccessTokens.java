package dev.quire.authentication;

import dev.quire.authorization.Caller;
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
    static final Duration LIFE = Duration.ofMinutes(15);

    private static final String ISSUER = "quire";
    private static final String AUDIENCE = "quire";

    private final Keys keys;

    AccessTokens(Keys keys) {
        this.keys = keys;
    }

    /** A new token for this user. */
    String issue(long user, boolean admin) {
        return Jwt.issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(Long.toString(user))
                .groups(admin ? Set.of(Caller.ADMIN, Caller.USER) : Set.of(Caller.USER))
                .expiresIn(LIFE)
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
        requirements.setClockSkew((int) Duration.ofSeconds(10).toSeconds());
        requirements.setRequiredClaims(Set.of("sub", "jti"));
        return requirements;
    }
}
