package dev.quire.environment;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.restassured.RestAssured;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;

/** HTTP byte by byte, for requests that no client library sends. */
public final class Wire {
    private static final int TIMEOUT_MILLISECONDS = 60_000;

    private Wire() {}

    /** Sends this, and reads until the service closes the connection. */
    public static String exchange(String head, byte[]... parts) throws IOException {
        return exchangeAt(RestAssured.port, head, parts);
    }

    /** Does the same at another port. */
    public static String exchangeAt(int port, String head, byte[]... parts) throws IOException {
        try (var socket = new Socket("localhost", port)) {
            socket.setSoTimeout(TIMEOUT_MILLISECONDS);
            send(socket.getOutputStream(), head, parts);
            var answer = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            try {
                for (int n = socket.getInputStream().read(buffer);
                        n >= 0;
                        n = socket.getInputStream().read(buffer)) {
                    answer.write(buffer, 0, n);
                }
            } catch (SocketException e) {
                // Closed before our bytes were read.
            }
            return answer.toString(ISO_8859_1);
        }
    }

    private static void send(OutputStream out, String head, byte[]... parts) throws IOException {
        try {
            out.write((head.replace("\n", "\r\n") + "\r\n").getBytes(ISO_8859_1));
            for (byte[] part : parts) {
                out.write(part);
            }
            out.flush();
        } catch (SocketException e) {
            // Refused before the end; the response tells.
        }
    }
}
