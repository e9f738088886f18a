package dev.quire;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.quire.environment.Program;
import io.restassured.response.Response;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged program as an operator runs it: the configuration that it requires, its start and its end. */
class PackagedProgramIT {
    private static final Path PROGRAM = Path.of("target", "quarkus-app").toAbsolutePath();

    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static Map<String, String> good;

    private Program program;

    @BeforeAll
    static void prepare() throws Exception {
        postgres = EmbeddedPostgres.start();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        String place = "postgresql://localhost:" + postgres.getPort() + "/postgres";
        good = Map.of(
                "QUARKUS_DATASOURCE_REACTIVE_URL",
                place,
                "QUARKUS_DATASOURCE_USERNAME",
                "postgres",
                "QUARKUS_DATASOURCE_PASSWORD",
                "postgres",
                "QUIRE_KEYS_DIRECTORY",
                keys.toString());
    }

    @AfterAll
    static void stopPostgres() throws IOException {
        postgres.close();
    }

    @AfterEach
    void stopProgram() {
        if (program != null) {
            program.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "QUARKUS_DATASOURCE_REACTIVE_URL",
                "QUARKUS_DATASOURCE_USERNAME",
                "QUARKUS_DATASOURCE_PASSWORD",
                "QUIRE_KEYS_DIRECTORY"
            })
    void missingVariableIsReportedInOneLine(String variable) throws Exception {
        var environment = new HashMap<>(good);
        environment.remove(variable);

        refuses(environment, variable);
    }

    @Test
    void emptyConfigurationReportsAllRequiredVariables() throws Exception {
        refuses(
                Map.of(),
                "QUARKUS_DATASOURCE_REACTIVE_URL",
                "QUARKUS_DATASOURCE_USERNAME",
                "QUARKUS_DATASOURCE_PASSWORD",
                "QUIRE_KEYS_DIRECTORY");
    }

    @Test
    void allErrorsAreReportedTogetherBeforeAnyMigration() throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database untouched");
        }
        String place = "postgresql://localhost:" + postgres.getPort() + "/untouched";

        refuses(
                with(Map.of(
                        "QUARKUS_DATASOURCE_REACTIVE_URL", place,
                        "QUARKUS_HTTP_PORT", "abc",
                        "QUIRE_LIMITS_LOG_IN", "many",
                        "QUIRE_LIMITS_WINDOW", "soon",
                        "QUIRE_CORS_ORIGINS", "*",
                        "QUIRE_PRECONDITIONS_REQUIRED", "perhaps",
                        "QUIRE_ADMIN_EMAIL", "no email",
                        "QUIRE_ADMIN_PASSWORD", "an unusual enough password")),
                "QUARKUS_HTTP_PORT",
                "QUIRE_LIMITS_LOG_IN",
                "QUIRE_LIMITS_WINDOW",
                "QUIRE_CORS_ORIGINS",
                "QUIRE_PRECONDITIONS_REQUIRED",
                "QUIRE_ADMIN_EMAIL");

        try (Connection connection =
                        postgres.getDatabase("postgres", "untouched").getConnection();
                Statement statement = connection.createStatement();
                ResultSet tables = statement.executeQuery(
                        "select count(*) from information_schema.tables where table_schema = 'public'")) {
            tables.next();
            assertEquals(0, tables.getInt(1));
        }
    }

    @Test
    void noErrorHidesAnother() throws Exception {
        Map<String, String> wrong = Map.ofEntries(
                Map.entry("QUARKUS_DATASOURCE_JDBC_URL", "nonsense"),
                Map.entry("QUARKUS_DATASOURCE_REACTIVE_URL", "nonsense"),
                Map.entry("QUARKUS_DATASOURCE_PASSWORD", ""),
                Map.entry("QUARKUS_HTTP_PORT", "70000"),
                Map.entry("QUARKUS_FLYWAY_MIGRATE_AT_START", "perhaps"),
                Map.entry("QUIRE_ADMIN_EMAIL", "nobody"),
                Map.entry("QUIRE_ADMIN_PASSWORD", "short"),
                Map.entry("QUARKUS_MAILER_PORT", "many"),
                Map.entry("QUARKUS_MAILER_START_TLS", "perhaps"),
                Map.entry("QUIRE_ADMINS_TOTP", "perhaps"),
                Map.entry("QUIRE_CORS_HEADERS", "a b"),
                Map.entry("QUIRE_IDEMPOTENCY_LIFE", "0S"),
                Map.entry("QUIRE_KEYS_DIRECTORY", "/there/is/no/such/folder"),
                Map.entry("QUIRE_LIMITS_LOG_IN", "many"),
                Map.entry("QUIRE_LIMITS_REFRESH", "0"),
                Map.entry("QUIRE_LIMTS_LOG_IN", "3"),
                Map.entry("QUIRE_MAIL_CONFIRMATION_URL", "https://app.example/#confirmation"),
                Map.entry("QUIRE_MAIL_FROM", "nobody"),
                Map.entry("QUIRE_MAIL_RECOVERY_URL", "app.example"),
                Map.entry("QUIRE_PASSWORDS_MEMORY", "1"),
                Map.entry("QUIRE_PASSWORDS_PARALLELISM", "all"),
                Map.entry("QUIRE_PRECONDITIONS_REQUIRED", "perhaps"),
                Map.entry("QUIRE_PROXIES_HEADER", "X-Real-IP"),
                Map.entry("QUIRE_PROXIES_TRUSTED", "everyone"),
                Map.entry("QUIRE_REGISTRATION_DISCREET", "perhaps"),
                Map.entry("QUIRE_SESSIONS_LIFE", "long"),
                Map.entry("QUIRE_SESSIONS_REPEAT", "25H"),
                Map.entry("QUIRE_SESSIONS_STEP_UP", "never"),
                Map.entry("OTEL_EXPORTER_OTLP_ENDPOINT", "nonsense"),
                Map.entry("OTEL_EXPORTER_OTLP_PROTOCOL", "smoke"));

        refuses(with(wrong), wrong.keySet().toArray(String[]::new));
    }

    @Test
    void jdbcUrlIsDerivedWithItsParametersUnlessItIsSet() throws Exception {
        String url = good.get("QUARKUS_DATASOURCE_REACTIVE_URL");
        program = new Program(
                        with(Map.of("QUARKUS_DATASOURCE_REACTIVE_URL", url + "?sslmode=prefer&application_name=quire")),
                        folder)
                .await();
        program.close();

        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database elsewhere");
        }
        String elsewhere = "jdbc:" + url.replaceFirst("/postgres$", "/elsewhere");
        program = new Program(with(Map.of("QUARKUS_DATASOURCE_JDBC_URL", elsewhere)), folder).await();

        try (Connection connection =
                        postgres.getDatabase("postgres", "elsewhere").getConnection();
                Statement statement = connection.createStatement();
                ResultSet tables = statement.executeQuery("select count(*) from posts")) {
            assertTrue(tables.next());
        }
    }

    @Test
    void unknownVariablesAreReportedExceptThoseOfKubernetes() throws Exception {
        program = new Program(
                        with(Map.of(
                                "QUIRE_LIMTS_LOG_IN", "3",
                                "QUIRE_SERVICE_HOST", "10.0.0.1",
                                "QUIRE_SERVICE_PORT_HTTP", "80",
                                "QUIRE_PORT_80_TCP_ADDR", "10.0.0.1")),
                        folder)
                .await();

        List<String> warnings = program.output()
                .lines()
                .filter(line -> line.contains("\"level\":\"WARN\""))
                .toList();
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(warnings.get(0).contains("QUIRE_LIMTS_LOG_IN"), warnings::toString);
        assertFalse(warnings.get(0).contains("QUIRE_SERVICE"), warnings::toString);
        assertFalse(warnings.get(0).contains("QUIRE_PORT"), warnings::toString);
    }

    @Test
    void tooLowFileLimitIsReportedInOneLine() throws Exception {
        assumeFalse(Program.isNative(), "the limit is set by a shell in front of java");
        String command = "ulimit -n 128; exec '" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -jar '"
                + PROGRAM.resolve("quarkus-run.jar") + "'";
        var builder = new ProcessBuilder("sh", "-c", command).directory(folder.toFile());
        builder.environment().putAll(good);
        Path error = Files.createTempFile(folder, "error", ".txt");
        Process process = builder.redirectError(error.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertNotEquals(0, process.waitFor());
            assertEquals(1, Files.readAllLines(error).size(), Files.readString(error));
            assertTrue(Files.readString(error).contains("ulimit -n"), Files.readString(error));
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "QUARKUS_DATASOURCE_JDBC_URL, nonsense",
        "QUARKUS_DATASOURCE_JDBC_URL, jdbc:postgresql://localhost:1/nobody",
        "QUARKUS_DATASOURCE_REACTIVE_URL, nonsense",
        "QUARKUS_DATASOURCE_REACTIVE_URL, ''",
        "QUARKUS_DATASOURCE_REACTIVE_URL, postgresql://localhost:1/nobody",
        "QUARKUS_DATASOURCE_REACTIVE_URL, postgresql://localhost",
        "QUARKUS_DATASOURCE_REACTIVE_URL, 'postgresql://localhost:1,localhost:2/nobody'",
        "QUARKUS_DATASOURCE_REACTIVE_URL, 'postgresql://localhost,,localhost/nobody'",
        "QUARKUS_DATASOURCE_REACTIVE_URL, 'postgresql://localhost,localhost'",
        "QUARKUS_DATASOURCE_REACTIVE_URL, postgresql://somebody:secret@localhost/postgres",
        "QUARKUS_DATASOURCE_REACTIVE_URL, jdbc:postgresql://localhost:5432/quire",
        "QUARKUS_DATASOURCE_REACTIVE_URL, vertx-reactive:postgresql://localhost:5432/quire",
        "QUIRE_KEYS_DIRECTORY, ''",
        "QUIRE_KEYS_DIRECTORY, /there/is/no/such/folder",
        "QUIRE_KEYS_SIGNING, nobody",
        "QUIRE_PRECONDITIONS_REQUIRED, perhaps",
        "QUIRE_PASSWORDS_MEMORY, 1",
        "QUIRE_PROXIES_TRUSTED, everyone",
        "QUIRE_PROXIES_HEADER, X-Real-IP",
        "QUIRE_IDEMPOTENCY_LIFE, 0S",
        "QUIRE_IDEMPOTENCY_LIFE, -1H",
        "QUIRE_IDEMPOTENCY_LIFE, a day",
        "QUIRE_LIMITS_WINDOW, 15 minutes",
        "QUIRE_SESSIONS_LIFE, long",
        "QUIRE_SESSIONS_IDLE, short",
        "QUIRE_SESSIONS_REPEAT, 25H",
        "QUIRE_SESSIONS_REPEAT, -1S",
        "QUARKUS_DATASOURCE_JDBC_URL, 'jdbc:postgresql://localhost:5432,localhost:5433/quire'",
        "QUARKUS_DATASOURCE_REACTIVE_URL, 'postgresql://localhost:5432,localhost:5433/quire'",
        "QUARKUS_HTTP_PORT, abc",
        "QUARKUS_MANAGEMENT_PORT, 70000",
        "QUARKUS_SHUTDOWN_DELAY, soon",
        "QUIRE_LIMITS_REGISTER, 0",
        "QUIRE_LIMITS_REFRESH, 1.5",
        "QUIRE_CORS_ORIGINS, *",
        "QUIRE_CORS_ORIGINS, http://a/",
        "QUIRE_CORS_ORIGINS, 'http://a, b'",
        "QUIRE_CORS_HEADERS, 'a b'",
        "OTEL_EXPORTER_OTLP_ENDPOINT, localhost:4317",
        "OTEL_EXPORTER_OTLP_ENDPOINT, nonsense"
    })
    void invalidVariableIsReportedInOneLine(String variable, String value) throws Exception {
        refuses(with(Map.of(variable, value)), variable);
    }

    @Test
    void folderWithoutKeysIsReportedInOneLine() throws Exception {
        Path empty = Files.createTempDirectory(folder, "empty");

        refuses(with(Map.of("QUIRE_KEYS_DIRECTORY", empty.toString())), "QUIRE_KEYS_DIRECTORY");
    }

    @Test
    void malformedKeyFileIsReportedInOneLine() throws Exception {
        Path garbage = Files.createTempDirectory(folder, "garbage");
        Files.writeString(garbage.resolve("one.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        refuses(with(Map.of("QUIRE_KEYS_DIRECTORY", garbage.toString())), "QUIRE_KEYS_DIRECTORY");
    }

    @Test
    void weakKeyIsReportedInOneLine() throws Exception {
        Path weak = Files.createTempDirectory(folder, "weak");
        Files.writeString(weak.resolve("one.pem"), Program.key(1024));

        refuses(with(Map.of("QUIRE_KEYS_DIRECTORY", weak.toString())), "QUIRE_KEYS_DIRECTORY");
    }

    @Test
    void severalKeysRequireASigningKey() throws Exception {
        Path two = Files.createTempDirectory(folder, "two");
        Files.writeString(two.resolve("one.pem"), Program.key(2048));
        Files.writeString(two.resolve("two.pem"), Program.key(2048));

        refuses(with(Map.of("QUIRE_KEYS_DIRECTORY", two.toString())), "QUIRE_KEYS_SIGNING");
    }

    @Test
    void invalidFirstAdminIsReportedInOneLine() throws Exception {
        String email = "QUIRE_ADMIN_EMAIL";
        String password = "QUIRE_ADMIN_PASSWORD";

        refuses(with(Map.of(email, "admin@quire.test")), password);
        refuses(with(Map.of(password, "an unusual enough password")), email);
        refuses(with(Map.of(email, "no email", password, "an unusual enough password")), email);
        refuses(with(Map.of(email, "admin@quire.test", password, "password1")), password);
    }

    @Test
    void mailsWithoutPagesOfTheirLinksAreRefused() throws Exception {
        String from = "QUIRE_MAIL_FROM";

        refuses(
                with(Map.of(from, "Quire <quire@quire.test>")),
                "QUIRE_MAIL_RECOVERY_URL",
                "QUIRE_MAIL_CONFIRMATION_URL");
        refuses(with(Map.of("QUIRE_REGISTRATION_DISCREET", "true")), from);
        refuses(with(Map.of(from, "quire@quire.test\r\nBcc: all@quire.test")), from);
    }

    @Test
    void startWithoutMailsIsLoggedInOneLine() throws Exception {
        program = new Program(good, folder).await();

        List<String> lines = program.output()
                .lines()
                .filter(line -> line.contains("QUIRE_MAIL_FROM"))
                .toList();
        assertEquals(1, lines.size(), lines::toString);
    }

    @Test
    void refreshIsNotRepeatableWithoutGracePeriod() throws Exception {
        program = new Program(with(Map.of("QUIRE_SESSIONS_REPEAT", "0S")), folder).await();
        var ada = Map.of("email", "ada@quire.test", "name", "Ada", "password", "an unusual enough password");
        post("register", ada).then().statusCode(201);
        String token = post("log-in", Map.of("email", ada.get("email"), "password", ada.get("password")))
                .then()
                .statusCode(200)
                .extract()
                .path("refreshToken");

        post("refresh", Map.of("refreshToken", token)).then().statusCode(200);
        post("refresh", Map.of("refreshToken", token)).then().statusCode(401);
    }

    private Response post(String path, Map<String, String> body) {
        return given().port(program.port())
                .contentType("application/json")
                .body(body)
                .post("/authentication/" + path);
    }

    @Test
    void shutdownWaitsForRequestsInProgress() throws Exception {
        program = new Program(good, folder).await();
        try (var client = new Socket("localhost", program.port())) {
            client.setSoTimeout(Program.TIMEOUT_SECONDS * 1000);
            String body = "{\"email\": \"last@quire.test\", \"name\": \"Last\", \"password\": \"an unusual password\"}";
            String head = "POST /authentication/register HTTP/1.1\r\nHost: quire\r\nContent-Type: application/json\r\n"
                    + "Connection: close\r\nContent-Length: " + body.length() + "\r\n\r\n";
            client.getOutputStream().write((head + body.substring(0, 10)).getBytes(UTF_8));
            client.getOutputStream().flush();
            Thread.sleep(500);

            program.terminate();
            Thread.sleep(500);
            client.getOutputStream().write(body.substring(10).getBytes(UTF_8));
            client.getOutputStream().flush();

            String answer = new String(client.getInputStream().readAllBytes(), UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 201 "), answer);
        }
        program.exit();
    }

    @Test
    void shutdownLogsNoWarning() throws Exception {
        program = new Program(good, folder).await();
        program.awaitReadiness(200);
        int before = program.output().length();

        program.terminate();
        program.exit();

        assertFalse(program.output().substring(before).matches("(?s).*\"level\":\"(WARN|ERROR)\".*"), program.output());
    }

    @Test
    void openConnectionLosesNoRequestDuringTheShutdownDelay() throws Exception {
        program = new Program(with(Map.of("QUARKUS_SHUTDOWN_DELAY", "5s")), folder).await();
        try (var client = new Socket("localhost", program.port())) {
            client.setSoTimeout(Program.TIMEOUT_SECONDS * 1000);
            program.terminate();
            Thread.sleep(500);
            client.getOutputStream().write("GET /posts HTTP/1.1\r\nHost: quire\r\n\r\n".getBytes(UTF_8));

            String answer = new String(client.getInputStream().readAllBytes(), UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
            assertTrue(answer.toLowerCase().contains("\r\nconnection: close\r\n"), answer);
        }
        program.exit();
    }

    @Test
    void packageContainsNeitherDevelopmentDatabaseNorDemo() throws IOException {
        assumeFalse(Program.isNative(), "a single file without JARs");
        try (Stream<Path> files = Files.walk(PROGRAM)) {
            List<Path> jars =
                    files.filter(file -> file.toString().endsWith(".jar")).toList();
            assertTrue(jars.size() > 50, "too few JARs");
            for (Path jar : jars) {
                assertFalse(
                        jar.getFileName().toString().matches(".*(zonky|embedded-?postgres|archunit|junit).*"),
                        "" + jar);
                try (var opened = new JarFile(jar.toFile())) {
                    List<String> unwanted = opened.stream()
                            .filter(entry -> !entry.isDirectory())
                            .map(entry -> entry.getName())
                            .filter(name -> name.startsWith("dev/quire/demo")
                                    || name.contains("zonky")
                                    || name.matches("(?i).*postgres.*\\.txz")
                                    || jar.getParent().endsWith("app")
                                            && name.toLowerCase().contains("demo"))
                            .toList();
                    assertEquals(List.of(), unwanted, "in " + jar);
                }
            }
        }
    }

    private static Map<String, String> with(Map<String, String> more) {
        var environment = new HashMap<>(good);
        environment.putAll(more);
        return environment;
    }

    private void refuses(Map<String, String> environment, String... variables) throws Exception {
        program = new Program(environment, folder);

        assertNotEquals(0, program.exit());
        List<String> lines = program.complaints();
        assertEquals(
                Set.of(variables),
                lines.stream().map(line -> line.replaceFirst(" .*", "")).collect(Collectors.toSet()),
                String.join("\n", lines));
        assertEquals(variables.length, lines.size(), String.join("\n", lines));
        assertFalse(program.output().contains("\tat "), program.output());
        assertFalse(program.output().contains("Exception"), program.output());
    }
}
