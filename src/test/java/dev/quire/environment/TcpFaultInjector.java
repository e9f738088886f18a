package dev.quire.environment;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP proxy in front of PostgreSQL, with which tests interrupt and restore the network. */
public final class TcpFaultInjector implements Closeable {
    private enum State {
        OPEN,
        CUT,
        STALLED,
        DROPPING_ANSWERS
    }

    /** The lines that the service may log without its database. */
    private static final String EXPECTED_LOG =
            "Requests are (still )?refused|The connection that listens for revocations was lost|A stream was cut";

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> stalledSockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> fragileSockets = ConcurrentHashMap.newKeySet();
    private volatile State state = State.OPEN;

    /** Creates a proxy of the database at this port. */
    public TcpFaultInjector(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Cuts every connection, and refuses new ones. */
    public void cut() {
        ServiceLog.expect(EXPECTED_LOG);
        state = State.CUT;
        sockets.forEach(TcpFaultInjector::close);
    }

    /** Keeps every connection open, but passes nothing on: the worst fault of a network. */
    public void stall() {
        ServiceLog.expect(EXPECTED_LOG);
        state = State.STALLED;
    }

    /** Does the same to established connections, while new ones work. */
    public void stallEstablished() {
        ServiceLog.expect(EXPECTED_LOG);
        stalledSockets.addAll(sockets);
        state = State.OPEN;
    }

    /** Cuts each established connection when it is used next, while new ones work. */
    public void cutWhenUsed() {
        fragileSockets.addAll(sockets);
    }

    /** Passes requests to the database on, and drops its responses. */
    public void dropAnswers() {
        ServiceLog.expect(EXPECTED_LOG);
        state = State.DROPPING_ANSWERS;
    }

    /**
     * Lets everything pass. Stalled connections are cut, as by a network that recovers after long; those that would have
     * been cut when used are intact.
     */
    public void restore() {
        if (state == State.STALLED || state == State.DROPPING_ANSWERS) {
            sockets.forEach(TcpFaultInjector::close);
        }
        stalledSockets.forEach(TcpFaultInjector::close);
        stalledSockets.clear();
        fragileSockets.clear();
        state = State.OPEN;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (state == State.CUT) {
                    close(client);
                } else {
                    Socket database = new Socket(InetAddress.getLoopbackAddress(), target);
                    sockets.add(client);
                    sockets.add(database);
                    start(() -> pass(client, database, Set.of(State.STALLED)));
                    start(() -> pass(database, client, Set.of(State.STALLED, State.DROPPING_ANSWERS)));
                }
            } catch (IOException e) {
                // The injector was closed, or the database is down: the next accept will show.
            }
        }
    }

    private void pass(Socket from, Socket to, Set<State> closed) {
        byte[] buffer = new byte[65_536];
        try (from;
                to) {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0 && !fragileSockets.contains(from);
                    read = from.getInputStream().read(buffer)) {
                while ((closed.contains(state) || stalledSockets.contains(to)) && !to.isClosed()) {
                    Thread.sleep(10);
                }
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One side closed the connection: this try closes the other.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "tcp-fault-injector");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed then.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(TcpFaultInjector::close);
    }
}
