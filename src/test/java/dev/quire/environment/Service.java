package dev.quire.environment;

import com.sun.net.httpserver.HttpServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;

/** The packaged program with a PostgreSQL and a mail server of its own, for callers outside this build: {@code .ci/clients}. */
public final class Service {
    private Service() {}

    /**
     * Starts it, and ends it when the standard input ends. Writes one line to the standard output: the addresses of its API, of
     * its management port and of its mails, and the email and password of its admin. The password comes last, since it has
     * spaces.
     */
    public static void main(String... arguments) throws Exception {
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "service");
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        var mailbox = new Mailbox();
        HttpServer mails = mails();
        try (var postgres = EmbeddedPostgres.start()) {
            var environment = new HashMap<>(Program.environment(postgres, keys));
            environment.putAll(mailbox.startForProgram());
            try (var program = new Program(environment, folder)) {
                program.await();
                System.out.printf(
                        "http://localhost:%d http://localhost:%d http://localhost:%d %s %s%n",
                        program.port(),
                        program.managementPort(),
                        mails.getAddress().getPort(),
                        Program.ADMIN.get("email"),
                        Program.ADMIN.get("password"));
                System.in.readAllBytes();
            }
        } finally {
            mails.stop(0);
            mailbox.stop();
        }
    }

    /** Serves the text of each mail at {@code /ADDRESS/NUMBER}, once it has arrived. */
    private static HttpServer mails() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String[] path = exchange.getRequestURI().getPath().split("/");
            byte[] text =
                    Mailbox.await(path[1], Integer.parseInt(path[2])).text().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
        });
        server.start();
        return server;
    }
}
