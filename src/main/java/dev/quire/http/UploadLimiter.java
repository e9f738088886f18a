package dev.quire.http;

import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A limit on the bodies that are in memory or in transit concurrently, for each client and for all clients together. */
@Singleton
class UploadLimiter {
    /**
     * The greatest number of bodies in transit. Those that arrive in one piece take some milliseconds, and their number has
     * no other limit.
     */
    private static final int MAX_UPLOADS = 2000;

    private static final int MAX_SLOW = 500;
    private static final int MAX_SLOW_OF_CLIENT = 100;

    /** The limit on all bodies together, in bytes. A body is in memory several times over when it is read. */
    private static final int MAX_BYTES = 8 << 20;

    /** The limit on all long bodies together, in bytes. The rest is reserved for short ones. */
    private static final int MAX_LONG_BYTES = 6 << 20;

    private static final int MAX_BYTES_OF_CLIENT = 4 << 20;

    /** The length in bytes above which a body is long. */
    private static final int LONG = 16 * 1024;

    private final Map<String, Usage> clients = new HashMap<>();
    private final Usage all = new Usage();

    private static final class Usage {
        private int uploads;
        private int coming;
        private int slow;
        private int bytes;
        private int longBytes;
    }

    /**
     * Counts a body that is about to arrive.
     *
     * @throws ServiceUnavailable when there are too many bodies
     */
    synchronized Upload begin(String client) {
        require(all.coming < MAX_UPLOADS);
        return new Upload(client, clients.computeIfAbsent(client, first -> new Usage()));
    }

    private static void require(boolean free) {
        if (!free) {
            throw new ServiceUnavailable(Reason.FULL, "The service is overloaded.");
        }
    }

    /** A body, from its first byte to the response. */
    final class Upload {
        private final String client;
        private final Usage usage;
        private final Usage counted = new Usage();

        private Upload(String client, Usage usage) {
            this.client = client;
            this.usage = usage;
            counted.uploads = 1;
            usage.uploads++;
            counted.coming = 1;
            all.coming++;
        }

        /**
         * Counts the bytes that have been received.
         *
         * @throws ServiceUnavailable when there are too many bytes
         */
        void grow(int size) {
            synchronized (UploadLimiter.this) {
                int more = size - counted.bytes;
                int moreLong = size > LONG ? size - counted.longBytes : 0;
                require(all.bytes + more <= MAX_BYTES
                        && all.longBytes + moreLong <= MAX_LONG_BYTES
                        && usage.bytes + more <= MAX_BYTES_OF_CLIENT);
                add(more, moreLong);
            }
        }

        private void add(int more, int moreLong) {
            for (Usage one : List.of(counted, usage, all)) {
                one.bytes += more;
                one.longBytes += moreLong;
            }
        }

        /**
         * Counts the body as slow.
         *
         * @throws ServiceUnavailable when there are too many slow bodies
         */
        void linger() {
            synchronized (UploadLimiter.this) {
                require(all.slow < MAX_SLOW && usage.slow < MAX_SLOW_OF_CLIENT);
                counted.slow = 1;
                usage.slow++;
                all.slow++;
            }
        }

        /** Counts only the bytes from now on, since the whole body has been received. */
        void end() {
            synchronized (UploadLimiter.this) {
                all.coming -= counted.coming;
                counted.coming = 0;
                usage.slow -= counted.slow;
                all.slow -= counted.slow;
                counted.slow = 0;
            }
        }

        /** Stops counting the body. */
        void release() {
            synchronized (UploadLimiter.this) {
                end();
                add(-counted.bytes, -counted.longBytes);
                usage.uploads -= counted.uploads;
                counted.uploads = 0;
                if (usage.uploads == 0) {
                    clients.remove(client, usage);
                }
            }
        }
    }
}
