package dev.quire.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.quire.http.Parameters;
import dev.quire.security.Caller;
import io.smallrye.jwt.auth.principal.DefaultJWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.DefaultJWTTokenParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipalFactory;
import io.smallrye.jwt.auth.principal.ParseException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.jwt.Claims;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;

/**
 * A parser that verifies an access token once, and caches the result until the token expires. Verifying a signature costs
 * more than a small read. The keys do not change while the program runs. Revocation is checked elsewhere, in every request.
 */
@Alternative
@Priority(1)
@ApplicationScoped
class CachingJwtParser extends JWTCallerPrincipalFactory {
    /** The maximum number of cached tokens, of some kilobytes each. */
    private static final int MAX_CACHED = 1000;

    /** The maximum clock skew between replicas, in seconds. */
    private static final long SKEW = AccessTokens.SKEW.toSeconds();

    private final DefaultJWTTokenParser parser = new DefaultJWTTokenParser();

    private final Cache<String, JWTCallerPrincipal> verified =
            Caffeine.newBuilder().maximumSize(MAX_CACHED).build();

    @Override
    public JWTCallerPrincipal parse(String token, JWTAuthContextInfo info) throws ParseException {
        JWTCallerPrincipal known = verified.getIfPresent(token);
        if (known != null && Instant.now().getEpochSecond() < known.getExpirationTime()) {
            return known;
        }
        JWTCallerPrincipal principal = new Subject(checked(parsed(token, info)));
        verified.put(token, principal);
        return principal;
    }

    private JwtClaims parsed(String token, JWTAuthContextInfo info) throws ParseException {
        try {
            return parser.parse(token, info).getJwtClaims();
        } catch (RuntimeException e) {
            // The parser expects the right type of each claim without checking it.
            throw new ParseException("a claim has another type", e);
        }
    }

    /**
     * Returns the claims, after checking those that the service relies on.
     *
     * @throws ParseException when such a claim is not as the service issues it
     */
    private static JwtClaims checked(JwtClaims claims) throws ParseException {
        try {
            requireId(claims.getStringClaimValue(Claims.sub.name()));
            if (claims.getClaimsMap().containsKey(Caller.SESSION)) {
                requireId(claims.getStringClaimValue(Caller.SESSION));
            }
            claims.getNumericDateClaimValue(Caller.AUTHENTICATED_AT);
            boolean roles = claims.getClaimValue(Claims.groups.name()) instanceof List<?> groups
                    && groups.stream().allMatch(String.class::isInstance);
            NumericDate begin = claims.getIssuedAt();
            if (!roles
                    || claims.getJwtId() == null
                    || begin == null
                    || begin.isAfter(NumericDate.fromSeconds(Instant.now().getEpochSecond() + SKEW))) {
                throw new ParseException("a claim is missing, or is not what it should be");
            }
            return claims;
        } catch (MalformedClaimException e) {
            throw new ParseException("a claim has another type", e);
        }
    }

    private static void requireId(String text) throws ParseException {
        if (text == null || !Parameters.isId(text)) {
            throw new ParseException("a claim is no id");
        }
    }

    /** The user of a token, named by the subject, even if the token has another claim for a name. */
    private static final class Subject extends DefaultJWTCallerPrincipal {
        Subject(JwtClaims claims) {
            super(claims);
        }

        @Override
        public String getName() {
            return getSubject();
        }
    }
}
