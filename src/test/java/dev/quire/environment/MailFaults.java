package dev.quire.environment;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A proxy in front of a mail server that understands SMTP, through which tests make the server fail at the worst places. */
public final class MailFaults implements Closeable {
    /** The faults. */
    public enum Fault {
        NONE,
        /** The server refuses each recipient, for now. */
        REFUSES,
        /** The server takes a mail, and the connection breaks before it says so. */
        DIES_AFTER_TAKING,
        /** The server takes a mail, and never says so. */
        HANGS_AFTER_TAKING
    }

    private final int target;
    private final ServerSocket server;
    private final AtomicInteger met = new AtomicInteger();
    private volatile Fault fault = Fault.NONE;

    /** Listens in front of the mail server at this port. */
    MailFaults(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Makes the server fail like this from now on. */
    public void become(Fault next) {
        met.set(0);
        fault = next;
    }

    /** Returns the number of mails that have met the fault. */
    public int met() {
        return met.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                start(() -> serve(client));
            } catch (IOException e) {
                // Closed: the loop ends.
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket mails = new Socket(InetAddress.getLoopbackAddress(), target);
                BufferedReader commands = reader(client);
                BufferedReader replies = reader(mails)) {
            relayReply(replies, client);
            boolean data = false;
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                if (!data && fault == Fault.REFUSES && line.startsWith("RCPT TO")) {
                    met.incrementAndGet();
                    write(client, "451 4.3.0 Not now");
                    continue;
                }
                write(mails, line);
                boolean taken = data && line.equals(".");
                if (taken && fault != Fault.NONE && fault != Fault.REFUSES) {
                    replies.readLine();
                    met.incrementAndGet();
                    if (fault == Fault.HANGS_AFTER_TAKING) {
                        // Until the client hangs up
                        commands.readLine();
                    }
                    return;
                }
                data = line.equals("DATA") || data && !taken;
                if (!data || line.equals("DATA")) {
                    relayReply(replies, client);
                }
            }
        } catch (IOException e) {
            // Either side hung up.
        }
    }

    /** Relays a reply, which may have several lines (RFC 5321, section 4.2.1). */
    private static void relayReply(BufferedReader replies, Socket client) throws IOException {
        String reply = replies.readLine();
        while (reply != null) {
            // Each command waits for its reply then.
            if (!reply.startsWith("250-PIPELINING")) {
                write(client, reply);
            }
            reply = reply.length() > 3 && reply.charAt(3) == '-' ? replies.readLine() : null;
        }
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    private static void write(Socket socket, String line) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "mail-faults");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
