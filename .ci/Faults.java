import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code .ci/faults} needs besides a shell.
 *
 * <p>{@code java Faults.java load TOKEN FILE API MANAGEMENT [API MANAGEMENT]} writes posts, each with an Idempotency-Key until it is
 * acknowledged, reads, and asks the probes. On standard input, "mended" begins to measure the time until the first
 * write succeeds, and "end" lets the writers finish; then FILE has a line "id title" of each acknowledged post. It prints what
 * must not be, and ends with 1 if there was any.
 *
 * <p>{@code java Faults.java proxy PORT TARGET} passes connections on, and takes from standard input how: open, delay, hold,
 * reset, cut, swallow, or "target PORT" for new connections.
 */
public class Faults {
    private static final int WRITERS = 6;
    private static final int READERS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Pattern ID = Pattern.compile("\\{\"id\":(\\d+)");

    public static void main(String... arguments) throws Exception {
        if (arguments[0].equals("proxy")) {
            new Proxy(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2])).run();
        } else {
            System.exit(new Load(arguments).run() ? 0 : 1);
        }
    }

    private static void start(List<Thread> all, Runnable work) {
        var thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
        all.add(thread);
    }

    private static final class Load {
        private final HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        private final String token;
        private final String file;
        private final List<String> apis = new ArrayList<>();
        private final List<String> managements = new ArrayList<>();
        private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
        private final Map<String, Integer> answers = new ConcurrentHashMap<>();
        private final Map<String, Integer> wrong = new ConcurrentHashMap<>();
        private final AtomicInteger down = new AtomicInteger();
        private volatile long mended;
        private volatile long firstWrite = -1;
        private volatile boolean ended;
        private volatile boolean stopped;

        Load(String... arguments) {
            token = arguments[1];
            file = arguments[2];
            for (int i = 3; i < arguments.length; i += 2) {
                apis.add(arguments[i]);
                managements.add(arguments[i + 1]);
            }
        }

        boolean run() throws Exception {
            var writers = new ArrayList<Thread>();
            var others = new ArrayList<Thread>();
            for (int i = 0; i < WRITERS; i++) {
                int one = i;
                start(writers, () -> write(one));
            }
            for (int i = 0; i < READERS; i++) {
                int one = i;
                start(others, () -> read(one));
            }
            managements.forEach(management -> start(others, () -> probe(management)));
            var commands = new BufferedReader(new InputStreamReader(System.in));
            for (String command = commands.readLine();
                    command != null && !command.equals("end");
                    command = commands.readLine()) {
                mended = System.nanoTime();
            }
            ended = true;
            for (Thread writer : writers) {
                writer.join(60_000);
                if (writer.isAlive()) {
                    wrong("a write is never acknowledged");
                }
            }
            stopped = true;
            try (var out = new PrintWriter(file)) {
                acknowledged.forEach((id, title) -> out.println(id + " " + title));
            }
            String first = mended == 0 ? "" : firstWrite < 0 ? "no write since" : "first write after " + firstWrite + " ms";
            System.out.println(acknowledged.size() + " writes, " + answers + ", readiness down " + down + " times, " + first);
            if (mended != 0 && (firstWrite < 0 || firstWrite > Integer.getInteger("most", 2000))) {
                wrong(first);
            }
            wrong.forEach((what, times) -> System.out.println("WRONG, " + times + " times: " + what));
            return wrong.isEmpty();
        }

        private void wrong(String what) {
            wrong.merge(what, 1, Integer::sum);
        }

        private void write(int one) {
            for (int i = 0; !ended; i++) {
                String key = UUID.randomUUID().toString();
                String body = "{\"title\":\"" + key + "\",\"content\":\"A post.\"}";
                for (int attempt = 0; !stopped; attempt++) {
                    long begun = System.nanoTime();
                    HttpResponse<String> answer = send("POST", "/posts", apis.get((one + attempt) % apis.size()), body, key);
                    if (answer != null && answer.statusCode() == 201) {
                        Matcher id = ID.matcher(answer.body());
                        if (id.lookingAt()) {
                            acknowledged.put(id.group(1), key);
                        }
                        // What began before may have been let through by chance.
                        if (mended != 0 && begun > mended && firstWrite < 0) {
                            firstWrite = (System.nanoTime() - mended) / 1_000_000;
                        }
                        break;
                    }
                    sleep(100);
                }
                sleep(20);
            }
        }

        private void read(int one) {
            for (int i = one; !stopped; i++) {
                send("GET", i % 2 == 0 ? "/posts?limit=3" : "/posts/1", apis.get(i % apis.size()), null, null);
                sleep(30);
            }
        }

        /** Null if the connection failed, which is right only when nobody is there. */
        private HttpResponse<String> send(String method, String path, String api, String body, String key) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(api + path))
                    .timeout(PATIENCE)
                    .header("Authorization", "Bearer " + token)
                    .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
            if (body != null) {
                request.header("Content-Type", "application/json").header("Idempotency-Key", '"' + key + '"');
            }
            try {
                HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
                int status = answer.statusCode();
                answers.merge(Integer.toString(status), 1, Integer::sum);
                boolean isUnderWay = status == 409 && answer.body().contains("under-way");
                if (status == 503 || isUnderWay ? answer.headers().firstValue("Retry-After").isEmpty() : status >= 300 && status != 404) {
                    wrong(method + " is answered with " + status + ": " + answer.body().replaceAll("\"(instance|traceId)\":\"[^\"]*\",?", ""));
                }
                return answer;
            } catch (ConnectException e) {
                answers.merge("refused", 1, Integer::sum);
                if (apis.size() == 1) {
                    wrong("nobody listens");
                }
            } catch (IOException e) {
                answers.merge("cut", 1, Integer::sum);
                if (!Boolean.getBoolean("cuts")) {
                    wrong(method + ": " + e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return null;
        }

        private void probe(String management) {
            while (!stopped) {
                look(management + "/q/health/live", 2000, true);
                look(management + "/q/health/ready", 1500, false);
                sleep(300);
            }
        }

        private void look(String probe, int most, boolean live) {
            long begun = System.nanoTime();
            try {
                int status = client.send(HttpRequest.newBuilder(URI.create(probe)).timeout(PATIENCE).build(), BodyHandlers.discarding())
                        .statusCode();
                if (live && status != 200) {
                    wrong("liveness says " + status);
                }
                if (status == 503) {
                    down.incrementAndGet();
                }
            } catch (IOException e) {
                if (managements.size() == 1) {
                    wrong("a probe: " + e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            long took = (System.nanoTime() - begun) / 1_000_000;
            if (took > most) {
                wrong((live ? "liveness" : "readiness") + " takes more than " + most + " ms");
            }
        }

        private static void sleep(long milliseconds) {
            try {
                Thread.sleep(milliseconds);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Proxy {
        private static final int CUT_BYTES = 40;

        private final ServerSocket server;
        private final List<Socket> sockets = new ArrayList<>();
        private final Set<Socket> swallowed = ConcurrentHashMap.newKeySet();
        private volatile int target;
        private volatile String mode = "open";

        Proxy(int port, int target) throws IOException {
            this.server = new ServerSocket(port, 100, InetAddress.getLoopbackAddress());
            this.target = target;
        }

        void run() throws IOException {
            start(new ArrayList<>(), this::accept);
            var commands = new BufferedReader(new InputStreamReader(System.in));
            for (String command = commands.readLine(); command != null; command = commands.readLine()) {
                if (command.startsWith("target ")) {
                    target = Integer.parseInt(command.substring(7));
                } else {
                    mode = command.equals("swallow") ? "open" : command;
                }
                synchronized (sockets) {
                    if (command.equals("swallow")) {
                        swallowed.addAll(sockets);
                    }
                    if (command.equals("reset")) {
                        sockets.forEach(Proxy::reset);
                        sockets.clear();
                    }
                }
                System.out.println(command);
            }
        }

        private void accept() {
            while (true) {
                Socket client = null;
                try {
                    client = server.accept();
                    if (mode.equals("reset")) {
                        reset(client);
                        continue;
                    }
                    Socket database = new Socket(InetAddress.getLoopbackAddress(), target);
                    Socket accepted = client;
                    synchronized (sockets) {
                        sockets.add(client);
                        sockets.add(database);
                    }
                    start(new ArrayList<>(), () -> pass(accepted, database, false));
                    start(new ArrayList<>(), () -> pass(database, accepted, true));
                } catch (IOException e) {
                    // The database is not there.
                    if (client != null) {
                        reset(client);
                    }
                }
            }
        }

        private void pass(Socket from, Socket to, boolean isAnswer) {
            byte[] buffer = new byte[65_536];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    while (mode.equals("hold") || swallowed.contains(from)) {
                        Thread.sleep(20);
                    }
                    if (mode.equals("delay")) {
                        Thread.sleep(200);
                    }
                    if (isAnswer && mode.equals("cut")) {
                        out.write(buffer, 0, Math.min(read, CUT_BYTES));
                        out.flush();
                        reset(from);
                        reset(to);
                        return;
                    }
                    out.write(buffer, 0, read);
                }
            } catch (IOException e) {
                // Either side hung up: so does the other, by the end of this try.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static void reset(Socket socket) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                // It is closed then.
            }
        }
    }
}
