package dev.quire.auth;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quire.environment.Account;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Access tokens that differ in one detail each from the valid one of the first test. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class AccessTokenResourceTest {
    private static final String KID = "test";
    private static Account ada;

    @Test
    void aTokenSignedByTheKeyIsAccepted() throws IOException, GeneralSecurityException {
        given().auth()
                .oauth2(sign(claims()))
                .get("/authentication")
                .then()
                .statusCode(200)
                .body("id", equalTo((int) ada().id()));
    }

    @Test
    void anExpiredTokenIsRefused() throws IOException, GeneralSecurityException {
        Instant now = Instant.now();

        assertRefused(sign(claims().issuedAt(now.minusSeconds(3600)).expiresAt(now.minusSeconds(60))));
    }

    @Test
    void aTokenThatIsNotYetValidIsRefused() throws IOException, GeneralSecurityException {
        long later = Instant.now().plusSeconds(60).getEpochSecond();

        assertRefused(sign(claims().claim("nbf", later)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "admin",
                "0x1",
                "0",
                "-1",
                "+1",
                "01",
                " 1",
                "\u0661",
                "9223372036854775808",
                "99999999999999999999"
            })
    void aTokenWhoseSubjectIsNoUserIsRefused(String subject) throws IOException, GeneralSecurityException {
        assertRefused(sign(claims().subject(subject)));
    }

    @Test
    void aTokenOfAnotherIssuerIsRefused() throws IOException, GeneralSecurityException {
        assertRefused(sign(claims().issuer("another")));
    }

    @Test
    void aTokenForAnotherAudienceIsRefused() throws IOException, GeneralSecurityException {
        assertRefused(sign(claims().audience("another")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iss", "aud", "sub", "exp", "iat", "jti"})
    void aTokenWithoutAClaimIsRefused(String claim) throws IOException, GeneralSecurityException {
        String[] parts = sign(claims()).split("\\.");
        String payload = decode(parts[1])
                .replaceFirst("\"" + claim + "\":(\"[^\"]*\"|[0-9]+),?", "")
                .replace(",}", "}");

        assertEquals(-1, payload.indexOf("\"" + claim + "\""), payload);
        assertRefused(signed(parts[0] + "." + encode(payload)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"sid\":\"word\"",
                "\"sid\":\"\"",
                "\"sid\":\"-1\"",
                "\"sid\":\"9223372036854775808\"",
                "\"sid\":7",
                "\"sid\":null",
                "\"sid\":[\"7\"]",
                "\"sid\":{}",
                "\"sub\":7",
                "\"sub\":null",
                "\"sub\":[\"7\"]",
                "\"groups\":{\"admin\":true}",
                "\"groups\":[\"user\",7]",
                "\"groups\":[[\"user\"]]",
                "\"groups\":7",
                "\"groups\":null",
                "\"iat\":\"now\"",
                "\"iat\":null",
                "\"iat\":-1e300",
                "\"iat\":9007199254740993",
                "\"iat\":{}",
                "\"exp\":\"later\"",
                "\"exp\":null",
                "\"nbf\":\"now\"",
                "\"nbf\":[]",
                "\"jti\":7",
                "\"jti\":null",
                "\"aud\":7",
                "\"aud\":[\"quire\",7]",
                "\"iss\":[\"quire\"]"
            })
    void aTokenWithAnOddClaimIsRefused(String claim) throws IOException, GeneralSecurityException {
        String[] parts = sign(claims()).split("\\.");
        String name = claim.substring(0, claim.indexOf(':'));
        String others = decode(parts[1])
                .replaceFirst(name + ":(\"[^\"]*\"|[0-9]+|\\[[^]]*]),?", "")
                .replace(",}", "}");
        String token = signed(parts[0] + "." + encode(others.replaceFirst("}$", "," + claim + "}")));

        assertEquals(-1, others.indexOf(name), others);
        assertRefused(token);
        // On a public read, too
        given().auth().oauth2(token).get("/posts").then().statusCode(401);
        given().auth().oauth2(token).get("/authentication/sessions").then().statusCode(401);
    }

    @Test
    void userIsIdentifiedBySubjectOnly() throws IOException, GeneralSecurityException {
        String another = Long.toString(Account.admin().id());
        String token = sign(claims().upn(another)
                .preferredUserName(another)
                .claim("name", another)
                .claim("email", Account.admin().email()));

        given().auth()
                .oauth2(token)
                .get("/authentication")
                .then()
                .statusCode(200)
                .body("id", equalTo((int) ada().id()));
        given().auth()
                .oauth2(token)
                .get("/users/" + another + "/address")
                .then()
                .statusCode(403);
        assertRefused(sign(claims().subject("word").upn(Long.toString(ada().id()))));
    }

    @Test
    void aTokenSignedByAnotherKeyIsRefused() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);

        assertRefused(sign(claims(), KID, generator.generateKeyPair().getPrivate()));
    }

    @Test
    void aTokenOfAnUnknownKeyIsRefused() throws IOException, GeneralSecurityException {
        assertRefused(sign(claims(), "unknown", key()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE"})
    void anUnsignedTokenIsRefused(String algorithm) throws IOException, GeneralSecurityException {
        String[] parts = sign(claims()).split("\\.");
        String header = encode("{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"%s\"}".formatted(algorithm, KID));

        assertRefused(header + "." + parts[1] + ".");
        assertRefused(header + "." + parts[1] + "." + parts[2]);
        assertRefused(parts[0] + "." + parts[1] + ".");
    }

    @Test
    void hmacTokenSignedWithThePublicKeyIsRefused() throws IOException, GeneralSecurityException {
        var key = (RSAPrivateCrtKey) key();
        byte[] known = KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()))
                .getEncoded();
        String content = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}".formatted(KID)) + "."
                + sign(claims()).split("\\.")[1];
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(known, "HmacSHA256"));

        assertRefused(content + "." + encode(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII))));
    }

    @Test
    void aTamperedRoleIsRefused() {
        String[] parts = ada().token().split("\\.");
        String claims = decode(parts[1]);
        String promoted = claims.replace("[\"user\"]", "[\"user\",\"admin\"]");

        assertNotEquals(claims, promoted);
        String token = parts[0] + "." + encode(promoted) + "." + parts[2];
        assertRefused(token);
        given().auth().oauth2(token).get("/users").then().statusCode(401);
    }

    @Test
    void aTamperedSubjectIsRefused() {
        String[] parts = ada().token().split("\\.");
        String another = decode(parts[1])
                .replace(
                        "\"sub\":\"" + ada().id() + "\"",
                        "\"sub\":\"" + Account.admin().id() + "\"");

        assertRefused(parts[0] + "." + encode(another) + "." + parts[2]);
    }

    @Test
    void aTamperedSignatureIsRefused() {
        String token = ada().token();
        int place = token.lastIndexOf('.') + 10;

        char other = token.charAt(place) == 'A' ? 'B' : 'A';
        assertRefused(token.substring(0, place) + other + token.substring(place + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "a.b.c", "...", "e30.e30.e30"})
    void malformedTokenIsRefused(String token) {
        assertRefused(token);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /authentication", "GET /users", "POST /users", "GET /addresses", "POST /posts"})
    void missingTokenIsUnauthorizedWithBearerChallenge(String request) {
        var answer = given().contentType("application/json")
                .body("{}")
                .request(request.split(" ")[0], request.split(" ")[1])
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .body("instance", equalTo(request.split(" ")[1]));
        assertEquals(List.of("Bearer"), answer.extract().headers().getValues("WWW-Authenticate"));
    }

    @Test
    void basicAuthenticationIsUnauthorized() {
        given().auth()
                .preemptive()
                .basic(ada().email(), Account.PASSWORD)
                .get("/authentication")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", equalTo("Bearer"));
    }

    @Test
    void tokenContainsNeitherEmailNorName() {
        String claims = decode(ada().token().split("\\.")[1]);

        assertEquals(-1, claims.indexOf(ada().email()), claims);
        assertEquals(-1, claims.indexOf(ada().name()), claims);
    }

    private static void assertRefused(String token) {
        var answer = given().auth()
                .oauth2(token)
                .get("/authentication")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .body("status", equalTo(401))
                .body(not(containsString("xception")));
        assertEquals(
                List.of("Bearer error=\"invalid_token\""),
                answer.extract().headers().getValues("WWW-Authenticate"));
    }

    private static synchronized Account ada() {
        if (ada == null) {
            ada = Account.register();
        }
        return ada;
    }

    private static JwtClaimsBuilder claims() {
        return Jwt.issuer("quire")
                .audience("quire")
                .subject(Long.toString(ada().id()))
                .groups("user")
                .expiresIn(Duration.ofMinutes(5));
    }

    private static String sign(JwtClaimsBuilder claims) throws IOException, GeneralSecurityException {
        return sign(claims, KID, key());
    }

    private static String sign(JwtClaimsBuilder claims, String kid, PrivateKey key) {
        return claims.jws().keyId(kid).sign(key);
    }

    private static String signed(String content) throws IOException, GeneralSecurityException {
        var signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key());
        signature.update(content.getBytes(StandardCharsets.US_ASCII));
        return content + "." + encode(signature.sign());
    }

    private static PrivateKey key() throws IOException, GeneralSecurityException {
        String pem = Files.readString(Environment.KEYS.resolve(KID + ".pem"));
        byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(key));
    }

    private static String decode(String part) {
        return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
