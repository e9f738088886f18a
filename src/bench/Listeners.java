import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Clients that listen to changes: {@code java Listeners.java PORT PATH NUMBER}. A line on standard output tells when all of
 * them have caught up. They stop once each of them has got a change that is marked as the last, and tell how long each change
 * took from the time that is written in it to every tenth of them: to look for all in all would take a processor of its own.
 */
final class Listeners {
    /** As the script writes it: microseconds since 1970, and 0 for the last change. */
    private static final byte[] MARK = "\"at ".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] SYNCED = "event: synced".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 16;
    private static final int AT_ONCE = 200;
    private static final int ONE_IN = 10;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(600);

    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
    private final byte[] bytes = new byte[buffer.capacity()];
    private final int[] milliseconds = new int[100_000];
    private final InetSocketAddress address;
    private final byte[] request;
    private final int number;
    private int opened;
    private int caughtUp;
    private int ended;
    private int lost;
    private long deliveries;
    private long received;

    private static final class Client {
        final boolean isMeasured;
        boolean isCaughtUp;

        Client(boolean isMeasured) {
            this.isMeasured = isMeasured;
        }
    }

    private Listeners(int port, String path, int number) throws IOException {
        this.address = new InetSocketAddress("127.0.0.1", port);
        this.request = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        this.number = number;
    }

    public static void main(String... arguments) throws IOException {
        var all = new Listeners(Integer.parseInt(arguments[0]), arguments[1], Integer.parseInt(arguments[2]));
        long begun = System.nanoTime();
        all.readUntilCaughtUp();
        System.out.printf("%d listen after %.1f s%n", all.caughtUp, (System.nanoTime() - begun) / 1e9);
        all.readUntilTheLast();
        System.out.printf(
                "%d changes measured, %d MB, %d connections got the last change, %d were lost%n",
                all.deliveries, all.received / 1_000_000, all.ended, all.lost);
        System.out.printf(
                "p50 %d ms, p99 %d ms, p99.9 %d ms, longest %d ms%n",
                all.quantile(0.5), all.quantile(0.99), all.quantile(0.999), all.quantile(1));
        System.exit(all.ended == all.number ? 0 : 1);
    }

    private void readUntilCaughtUp() throws IOException {
        for (long end = System.nanoTime() + PATIENCE; caughtUp + lost < number && System.nanoTime() < end; ) {
            while (opened < number && opened - caughtUp - lost < AT_ONCE) {
                open();
            }
            read();
        }
    }

    private void readUntilTheLast() throws IOException {
        deliveries = 0;
        received = 0;
        for (long end = System.nanoTime() + PATIENCE; ended + lost < number && System.nanoTime() < end; ) {
            read();
        }
    }

    private void open() throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        channel.write(ByteBuffer.wrap(request));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new Client(opened % ONE_IN == 0));
        opened++;
    }

    private void read() throws IOException {
        selector.select(key -> read((SocketChannel) key.channel(), (Client) key.attachment()), 1000);
    }

    private void read(SocketChannel channel, Client client) {
        try {
            buffer.clear();
            int length = channel.read(buffer);
            if (length < 0) {
                throw new IOException("ended");
            }
            received += length;
            buffer.get(0, bytes, 0, length);
            if (!client.isCaughtUp) {
                if (find(SYNCED, 0, length) >= 0) {
                    client.isCaughtUp = true;
                    caughtUp++;
                }
                return;
            }
            int mark = -1;
            do {
                mark = find(MARK, mark + 1, length);
                if (mark >= 0 && mark + MARK.length + DIGITS <= length) {
                    note(Long.parseLong(new String(bytes, mark + MARK.length, DIGITS, StandardCharsets.US_ASCII)), client);
                }
            } while (client.isMeasured && mark >= 0);
        } catch (IOException e) {
            lost++;
            try {
                channel.close();
            } catch (IOException closed) {
                // It is gone.
            }
        }
    }

    private void note(long sent, Client client) {
        if (sent == 0) {
            ended++;
        } else if (client.isMeasured) {
            Instant now = Instant.now();
            long took = (now.getEpochSecond() * 1_000_000 + now.getNano() / 1000 - sent) / 1000;
            milliseconds[(int) Math.max(0, Math.min(milliseconds.length - 1, took))]++;
            deliveries++;
        }
    }

    private int find(byte[] wanted, int from, int length) {
        for (int i = from; i <= length - wanted.length; i++) {
            int j = 0;
            while (j < wanted.length && bytes[i + j] == wanted[j]) {
                j++;
            }
            if (j == wanted.length) {
                return i;
            }
        }
        return -1;
    }

    private int quantile(double share) {
        long rest = (long) Math.ceil(deliveries * share);
        int i = 0;
        while (i < milliseconds.length - 1 && (rest -= milliseconds[i]) > 0) {
            i++;
        }
        return i;
    }
}
