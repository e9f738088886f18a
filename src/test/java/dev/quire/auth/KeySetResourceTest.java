package dev.quire.auth;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Verification of tokens by another service, with nothing but the key set and another library than the signing one. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class KeySetResourceTest {
    @Test
    void keySetSufficesToVerifyAToken() throws Exception {
        Account ada = Account.register();

        JWTClaimsSet claims = verifier().process(ada.token(), null);

        assertEquals("quire", claims.getIssuer());
        assertEquals(List.of("quire"), claims.getAudience());
        assertEquals(Long.toString(ada.id()), claims.getSubject());
        assertEquals(List.of("user"), claims.getStringListClaim("groups"));
        assertNotNull(claims.getJWTID());
        assertEquals(
                900_000,
                claims.getExpirationTime().getTime() - claims.getIssueTime().getTime());
    }

    @Test
    void tamperedTokenIsNotVerified() {
        String[] parts = Account.register().token().split("\\.");
        String[] others = Account.admin().token().split("\\.");

        assertThrows(Exception.class, () -> verifier().process(parts[0] + "." + others[1] + "." + parts[2], null));
    }

    @Test
    void keySetIsPublicAndCacheableForMinutes() {
        given().get("/.well-known/jwks.json")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", equalTo("public, max-age=300"))
                .body("keys.size()", equalTo(1))
                // No member of the private key: no d, p, q, dp, dq, qi.
                .body("keys[0].keySet()", containsInAnyOrder("kty", "kid", "use", "alg", "n", "e"))
                .body("keys[0].kid", equalTo("test"))
                .body("keys[0].use", equalTo("sig"));
    }

    private static DefaultJWTProcessor<SecurityContext> verifier() throws Exception {
        JWKSet keys = JWKSet.parse(given().get("/.well-known/jwks.json").asString());
        assertTrue(keys.getKeys().stream().noneMatch(key -> key.isPrivate()));
        var processor = new DefaultJWTProcessor<SecurityContext>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, new ImmutableJWKSet<>(keys)));
        processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(
                "quire",
                new JWTClaimsSet.Builder().issuer("quire").build(),
                Set.of("sub", "groups", "jti", "iat", "exp")));
        return processor;
    }
}
