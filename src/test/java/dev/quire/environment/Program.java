package dev.quire.environment;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.restassured.path.json.JsonPath;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A process of the packaged program, native if that was built, as an operator starts and stops it. */
public final class Program implements AutoCloseable {
    /** The time in seconds within which the program must do its work. */
    public static final int TIMEOUT_SECONDS = 120;

    /** The credentials of the admin of {@link #environment}. */
    public static final Map<String, String> ADMIN =
            Map.of("email", "first@quire.test", "password", "an unusual password");

    private static final Path TARGET = Path.of("target").toAbsolutePath();

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final int port = Environment.freePort();
    private final int managementPort = Environment.freePort();
    private final Path error;
    private final Path output;
    private final Process process;

    /**
     * Starts it with just this environment, its output in this folder, and, unless it is native, these options of the
     * JVM.
     */
    public Program(Map<String, String> environment, Path folder, String... options) throws IOException {
        error = Files.createTempFile(folder, "error", ".txt");
        output = Files.createTempFile(folder, "output", ".txt");
        var builder = new ProcessBuilder(command(options))
                .directory(folder.toFile())
                .redirectError(error.toFile())
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.matches("(QUARKUS|QUIRE|OTEL)_.*"));
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        builder.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /**
     * Returns the options of the image, except for its class cache, which does not exist here, and the heap, which
     * follows from its memory.
     */
    public static String[] imageOptions() throws IOException {
        List<String> options = Pattern.compile("\"(-XX:[^\"]+)\"")
                .matcher(Files.readString(Path.of("docker", "Dockerfile.jvm")))
                .results()
                .map(option -> option.group(1))
                .filter(option -> !option.matches(".*(AOTCache|RAMPercentage).*"))
                .collect(Collectors.toCollection(ArrayList::new));
        if (!options.contains("-XX:+ExitOnOutOfMemoryError")) {
            throw new IllegalStateException("not those of the image: " + options);
        }
        options.add("-Xmx65m");
        return options.toArray(String[]::new);
    }

    /** Tells whether the package is a native executable. */
    public static boolean isNative() throws IOException {
        return artifact().getProperty("type").equals("native");
    }

    private static List<String> command(String... options) throws IOException {
        String path = TARGET.resolve(artifact().getProperty("path")).toString();
        if (isNative()) {
            return List.of(path);
        }
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Most programs are stopped long before the second compiler is worth its work.
        command.addAll(options.length == 0 ? List.of("-XX:TieredStopAtLevel=1") : List.of(options));
        command.addAll(List.of("-jar", path));
        return command;
    }

    /** Returns the properties that Quarkus wrote about the package. */
    private static Properties artifact() throws IOException {
        var properties = new Properties();
        try (var file = Files.newBufferedReader(TARGET.resolve("quarkus-artifact.properties"))) {
            properties.load(file);
        }
        return properties;
    }

    /** Waits until it answers at the port of its API. */
    public Program await() throws Exception {
        await("/posts", port, 200);
        return this;
    }

    /** Waits until its readiness has this status, and returns the body. */
    public JsonPath awaitReadiness(int status) throws Exception {
        return new JsonPath(await("/q/health/ready", managementPort, status));
    }

    private String await(String path, int at, int status) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + at + path))
                .build();
        for (long end = System.nanoTime() + SECONDS.toNanos(TIMEOUT_SECONDS);
                System.nanoTime() < end;
                Thread.sleep(100)) {
            try {
                HttpResponse<String> answer = CLIENT.send(request, BodyHandlers.ofString());
                if (answer.statusCode() == status) {
                    return answer.body();
                }
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new AssertionError("the program does not start: " + Files.readString(error));
                }
            }
        }
        throw new AssertionError("the program does not answer " + path + " with " + status);
    }

    /** Waits until it ends by itself, and returns the exit status. */
    public int exit() throws Exception {
        if (!process.waitFor(TIMEOUT_SECONDS, SECONDS)) {
            throw new AssertionError("the program does not end");
        }
        return process.exitValue();
    }

    /** Returns the process id. */
    public long pid() {
        return process.pid();
    }

    /** Tells whether the process is running. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    public int port() {
        return port;
    }

    /** Returns the port of probes and metrics. */
    public int managementPort() {
        return managementPort;
    }

    /** Returns its standard error. */
    public List<String> complaints() throws IOException {
        return Files.readAllLines(error);
    }

    /** Returns its standard output. */
    public String output() throws IOException {
        return Files.readString(output);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /**
     * Returns the required configuration, with the one admin {@link #ADMIN}: a database of its own, and a folder of
     * keys.
     */
    public static Map<String, String> environment(EmbeddedPostgres postgres, Path keys) {
        return environment(postgres.getPort(), keys);
    }

    /** Returns the same with the database at this port. */
    public static Map<String, String> environment(int database, Path keys) {
        var environment = new HashMap<String, String>();
        environment.put("QUARKUS_DATASOURCE_REACTIVE_URL", "postgresql://localhost:" + database + "/postgres");
        environment.put("QUARKUS_DATASOURCE_USERNAME", "postgres");
        environment.put("QUARKUS_DATASOURCE_PASSWORD", "postgres");
        environment.put("QUIRE_KEYS_DIRECTORY", keys.toString());
        environment.put("QUIRE_ADMIN_EMAIL", ADMIN.get("email"));
        environment.put("QUIRE_ADMIN_PASSWORD", ADMIN.get("password"));
        return environment;
    }

    /** Creates an RSA key, PKCS#8 in PEM. */
    public static String key(int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
        return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n";
    }
}
