package dev.quire.change;

import dev.quire.environment.Account;
import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Copies that are exact while everything changes: see {@link ExactChanges}. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class ExactChangesResourceTest {
    @Test
    void copiesEqualTheDatabaseUnderConcurrentWrites() throws Exception {
        var service = new ExactChanges.Service() {
            @Override
            public Connection connect() throws SQLException {
                return Database.connect();
            }

            @Override
            public int port() {
                return RestAssured.port;
            }
        };
        var users = Stream.generate(Account::create)
                .limit(4)
                .map(account -> new ExactChanges.User(account.id(), account.token()))
                .toList();
        new ExactChanges(service, users).run();
    }
}
