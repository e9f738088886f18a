package dev.quire.security;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.Race;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

/** Password hashes with outdated parameters, which a log-in replaces. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class RehashingResourceTest {
    private static final String CURRENT_PREFIX = "$argon2id$v=19$m=4096,t=1,p=1$";

    @ParameterizedTest
    @CsvSource({"2048, 1, 1", "4096, 2, 1", "4096, 1, 2", "19456, 2, 1"})
    void aHashWithOtherParametersIsReplacedAtTheNextLogIn(int memory, int iterations, int lanes) throws Exception {
        Account ada = Account.register();
        store(ada, memory, iterations, lanes);
        List<List<Object>> before = Database.rows("select version, updated_at from users where id = ?", ada.id());

        assertEquals(200, logIn(ada, Account.PASSWORD));

        assertTrue(hash(ada).startsWith(CURRENT_PREFIX), hash(ada));
        assertEquals(200, logIn(ada, Account.PASSWORD));
        assertEquals(401, logIn(ada, "wrong"));
        assertEquals(before, Database.rows("select version, updated_at from users where id = ?", ada.id()));
    }

    @Test
    void currentHashAndHashOfAWrongPasswordAreKept() throws Exception {
        Account ada = Account.register();
        String today = hash(ada);
        logIn(ada, Account.PASSWORD);
        assertEquals(today, hash(ada));

        store(ada, 2048, 1, 1);
        String old = hash(ada);
        logIn(ada, "wrong");
        assertEquals(old, hash(ada));
    }

    @Test
    void concurrentLogInsThatRehashBothSucceed() throws Exception {
        Account ada = Account.register();
        store(ada, 2048, 1, 1);

        assertEquals(List.of(200, 200), Race.run(2, number -> logIn(ada, Account.PASSWORD)));
    }

    private static void store(Account account, int memory, int iterations, int lanes) throws Exception {
        String hash = new Argon2PasswordEncoder(16, 32, lanes, memory, iterations).encode(Account.PASSWORD);
        Database.execute("update users set password_hash = ? where id = ?", hash, account.id());
    }

    private static String hash(Account account) {
        return Database.rows("select password_hash from users where id = ?", account.id())
                .get(0)
                .get(0)
                .toString();
    }

    private static int logIn(Account account, String password) {
        return given().contentType("application/json")
                .body(Map.of("email", account.email(), "password", password))
                .post("/authentication/log-in")
                .statusCode();
    }
}
