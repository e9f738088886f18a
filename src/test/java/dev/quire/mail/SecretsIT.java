package dev.quire.mail;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.quire.environment.Authenticator;
import dev.quire.environment.Mailbox;
import dev.quire.environment.Mailbox.Arrived;
import dev.quire.environment.Program;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens, codes and secrets that were mailed or shown once are in no log, no trace and no metric. */
class SecretsIT {
    private static final String EMAIL = Program.ADMIN.get("email");
    private static final String NEW = "an even more unusual password";

    @TempDir
    Path folder;

    @Test
    void secretsAreInNoLogTraceOrMetric() throws Exception {
        Queue<String> traces = new ConcurrentLinkedQueue<>();
        var mailbox = new Mailbox();
        HttpServer collector = collector(traces);
        try (var postgres = EmbeddedPostgres.start()) {
            Path keys = Files.createDirectory(folder.resolve("keys"));
            Files.writeString(keys.resolve("one.pem"), Program.key(2048));
            var environment = new HashMap<>(Program.environment(postgres, keys));
            environment.putAll(mailbox.startForProgram());
            environment.put(
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    "http://localhost:" + collector.getAddress().getPort());
            environment.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
            environment.put("QUARKUS_LOG_CATEGORY__DEV_QUIRE__LEVEL", "DEBUG");
            try (var program = new Program(environment, folder).await()) {
                List<String> secrets = use(program);
                assertTrue(secrets.size() > 15, secrets::toString);
                String metrics =
                        given().port(program.managementPort()).get("/q/metrics").asString();
                for (int i = 0; traces.isEmpty() && i < 300; i++) {
                    Thread.sleep(100);
                }
                Thread.sleep(6000);

                assertTrue(program.output().contains("recovered"), program.output());
                assertTrue(metrics.contains("mails_total{outcome=\"sent\""), metrics);
                assertTrue(String.join("", traces).contains("/authentication/recovery/complete"), traces::toString);
                String written = program.output() + metrics + String.join("", traces);
                secrets.forEach(secret -> assertFalse(written.contains(secret), secret));
            }
        } finally {
            collector.stop(0);
            mailbox.stop();
        }
    }

    /** Uses everything, rightly and wrongly, and returns all secrets. */
    private static List<String> use(Program program) {
        var secrets = new ArrayList<>(List.of(NEW, Program.ADMIN.get("password")));
        post(program, null, "/authentication/recovery", Map.of("email", EMAIL), 202);
        Arrived mail = Mailbox.await(EMAIL, 1);
        secrets.addAll(List.of(mail.token(), mail.code()));
        Map<String, String> byCode = Map.of("email", EMAIL, "code", mail.code(), "password", NEW);
        post(
                program,
                null,
                "/authentication/recovery/complete",
                Map.of("token", mail.token(), "password", "password1"),
                422);
        post(program, null, "/authentication/recovery/complete", byCode, 204);
        post(program, null, "/authentication/recovery/complete", byCode, 422);
        post(program, null, "/authentication/recovery/complete", Map.of("token", mail.token(), "password", NEW), 422);

        String token = post(program, null, "/authentication/log-in", Map.of("email", EMAIL, "password", NEW), 200)
                .path("accessToken");
        secrets.add(token);
        String secret =
                post(program, token, "/authentication/totp", Map.of(), 200).path("secret");
        secrets.add(secret);
        Map<String, String> code = Map.of("code", new Authenticator(secret).code());
        secrets.addAll(post(program, token, "/authentication/totp/confirm", code, 200)
                .jsonPath()
                .getList("recoveryCodes", String.class));
        post(program, token, "/authentication/totp/confirm", code, 422);

        given().port(program.port())
                .auth()
                .oauth2(token)
                .contentType("application/json")
                .body(Map.of("email", "other@quire.test"))
                .patch("/users/1")
                .then()
                .statusCode(200);
        Arrived pending = Mailbox.await("other@quire.test", 1);
        secrets.addAll(List.of(pending.token(), pending.code()));
        post(program, null, "/authentication/confirmation/complete", Map.of("token", pending.token()), 204);
        post(program, null, "/authentication/confirmation/complete", Map.of("token", pending.token()), 422);
        return secrets;
    }

    private static Response post(Program program, String token, String path, Map<String, String> body, int status) {
        RequestSpecification request = given().port(program.port());
        if (token != null) {
            request.auth().oauth2(token);
        }
        if (!body.isEmpty()) {
            request.contentType("application/json").body(body);
        }
        Response response = request.post(path);
        assertEquals(status, response.statusCode(), response.asString());
        return response;
    }

    private static HttpServer collector(Queue<String> traces) throws IOException {
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            traces.add(new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        return collector;
    }
}
