package dev.quire.environment;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;

/** The packaged program with a PostgreSQL of its own, for callers outside this build: {@code .ci/clients}. */
public final class Service {
    private Service() {}

    /**
     * Starts it, and ends it when the standard input ends. Writes one line to the standard output: the addresses of its API and of
     * its management port, and the email and password of its admin. The password comes last, since it has spaces.
     */
    public static void main(String... arguments) throws Exception {
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "service");
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        try (var postgres = EmbeddedPostgres.start();
                var program = new Program(Program.environment(postgres, keys), folder)) {
            program.await();
            System.out.printf(
                    "http://localhost:%d http://localhost:%d %s %s%n",
                    program.port(),
                    program.managementPort(),
                    Program.ADMIN.get("email"),
                    Program.ADMIN.get("password"));
            System.in.readAllBytes();
        }
    }
}
