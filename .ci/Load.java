import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes posts until standard input ends, and then says how often. Each connection error and each answer
 * that is not 2xx is printed and counted as a failure; nothing is tried again. Plain sockets, because an HTTP client
 * may try again without saying so.
 *
 * <p>{@code java Load.java http://HOST:PORT ACCESS_TOKEN}; ends with 1 if a request has failed.
 */
public class Load implements Runnable {
    private static final int CLIENTS = 8;
    private static final int PAUSE_MILLIS = 25;
    private static final Pattern ID = Pattern.compile("\\{\"id\":(\\d+)");

    private static final long STARTED = System.nanoTime();
    private static final AtomicInteger reads = new AtomicInteger();
    private static final AtomicInteger writes = new AtomicInteger();
    private static final AtomicInteger connections = new AtomicInteger();
    private static final AtomicInteger failures = new AtomicInteger();
    private static volatile boolean ended;

    private final URI api;
    private final String token;
    private final boolean keepAlive;
    private Socket socket;

    private Load(URI api, String token, boolean keepAlive) {
        this.api = api;
        this.token = token;
        this.keepAlive = keepAlive;
    }

    public static void main(String... arguments) throws Exception {
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            // Half of them hold their connection as long as the service does, half make one for each request.
            var client = new Thread(new Load(URI.create(arguments[0]), arguments[1], i % 2 == 0));
            client.start();
            clients.add(client);
        }
        System.in.transferTo(ByteArrayOutputStream.nullOutputStream());
        ended = true;
        for (Thread client : clients) {
            client.join();
        }
        System.out.printf(
                "%d reads and %d writes over %d connections, %d failed%n",
                reads.get(), writes.get(), connections.get(), failures.get());
        System.exit(failures.get() == 0 ? 0 : 1);
    }

    @Override
    public void run() {
        while (!ended) {
            exchange("GET", "/posts?limit=5", "");
            Matcher post = ID.matcher(exchange("POST", "/posts", "{\"title\":\"Load\",\"content\":\"A post.\"}"));
            if (post.lookingAt()) {
                exchange("GET", "/posts/" + post.group(1), "");
                exchange("PATCH", "/posts/" + post.group(1), "{\"content\":\"Another.\"}");
            }
        }
        close();
    }

    /** The body of the answer; empty when it failed. */
    private String exchange(String method, String path, String body) {
        boolean reused = socket != null;
        try {
            Thread.sleep(PAUSE_MILLIS);
            if (!reused) {
                socket = new Socket();
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(30_000);
                socket.connect(new InetSocketAddress(api.getHost(), api.getPort()), 5_000);
                connections.incrementAndGet();
            }
            String request = method + " " + path + " HTTP/1.1\r\nHost: " + api.getAuthority()
                    + "\r\nAuthorization: Bearer " + token
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                    + (keepAlive ? "" : "\r\nConnection: close") + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = answer(new BufferedInputStream(socket.getInputStream()));
            (method.equals("GET") ? reads : writes).incrementAndGet();
            return answer;
        } catch (IOException | RuntimeException | InterruptedException e) {
            failures.incrementAndGet();
            System.out.println((System.nanoTime() - STARTED) / 1_000_000 + " ms: " + method + " " + path
                    + (reused ? " on a connection that was open: " : " on a new connection: ") + e);
            close();
            return "";
        }
    }

    private String answer(InputStream in) throws IOException {
        String status = line(in);
        int length = -1;
        boolean last = !keepAlive;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
            last |= lower.matches("connection: *close");
        }
        if (length < 0) {
            throw new IOException("an answer without Content-Length, which this service doesn't give here");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the body ends early");
        }
        if (last) {
            close();
        }
        if (!status.startsWith("HTTP/1.1 2")) {
            throw new IOException(status);
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private void close() {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        socket = null;
    }
}
