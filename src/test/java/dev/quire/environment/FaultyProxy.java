package dev.quire.environment;

import io.restassured.RestAssured;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A TCP proxy in front of the service that cuts requests and responses. */
public final class FaultyProxy implements Closeable {
    private static final int UNLIMITED = Integer.MAX_VALUE;

    private final ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private volatile int maxRequestBytes = UNLIMITED;
    private volatile int maxAnswerBytes = UNLIMITED;

    public FaultyProxy() throws IOException {
        start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Cuts connections after this many bytes of a request. */
    public void cutRequestAfter(int bytes) {
        maxRequestBytes = bytes;
        maxAnswerBytes = UNLIMITED;
    }

    /** Cuts connections after this many bytes of a response. */
    public void cutAnswerAfter(int bytes) {
        maxRequestBytes = UNLIMITED;
        maxAnswerBytes = bytes;
    }

    /** Lets everything pass. */
    public void repair() {
        maxRequestBytes = UNLIMITED;
        maxAnswerBytes = UNLIMITED;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Socket service = new Socket("localhost", RestAssured.port);
                int request = maxRequestBytes;
                int answer = maxAnswerBytes;
                start(() -> pass(client, service, request));
                start(() -> pass(service, client, answer));
            } catch (IOException e) {
                // The proxy was closed.
            }
        }
    }

    private static void pass(Socket from, Socket to, int limit) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int left = limit;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, Math.min(read, left));
                left -= Math.min(read, left);
                if (left == 0) {
                    return;
                }
            }
        } catch (IOException e) {
            // Cut, by the other direction or by either end.
        }
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "faulty-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
