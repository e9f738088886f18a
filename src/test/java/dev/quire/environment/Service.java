package dev.quire.environment;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;

/** The packaged program with a PostgreSQL of its own, for those who call it from outside this build: {@code .ci/clients}. */
public final class Service {
    private Service() {}

    /** Starts it, writes the address of its API to the standard output, and ends it when the standard input ends. */
    public static void main(String... arguments) throws Exception {
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "service");
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("one.pem"), Program.key(2048));
        try (var postgres = EmbeddedPostgres.start();
                var program = new Program(Program.environment(postgres, keys), folder)) {
            System.out.println("http://localhost:" + program.await().port());
            System.in.readAllBytes();
        }
    }
}
