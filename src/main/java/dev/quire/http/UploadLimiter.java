package dev.quire.http;

import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Limits the bodies that are in memory or on their way at the same time, of each client and of all together. */
@Singleton
class UploadLimiter {
    /** Those that come in one piece are on their way for some milliseconds, and are not limited in any other way. */
    private static final int MAX_UPLOADS = 2000;

    private static final int MAX_SLOW = 500;
    private static final int MAX_SLOW_OF_CLIENT = 100;

    /** In bytes, of all bodies together; when one is read, it is in memory several times over. */
    private static final int MAX_BYTES = 8 << 20;

    /** In bytes, of long ones: the rest is for those that are not. */
    private static final int MAX_LONG_BYTES = 6 << 20;

    private static final int MAX_BYTES_OF_CLIENT = 4 << 20;

    /** In bytes: what is longer is a long one. */
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
     * Counts a body that is about to come.
     *
     * @throws ServiceUnavailable when there are too many
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

    /** One body, from its first byte to the answer. */
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
         * Counts what is there of it.
         *
         * @throws ServiceUnavailable when that is too much
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
         * Counts it as one that takes its time.
         *
         * @throws ServiceUnavailable when there are too many of these
         */
        void linger() {
            synchronized (UploadLimiter.this) {
                require(all.slow < MAX_SLOW && usage.slow < MAX_SLOW_OF_CLIENT);
                counted.slow = 1;
                usage.slow++;
                all.slow++;
            }
        }

        /** Counts no more than its bytes: all of it is there. */
        void end() {
            synchronized (UploadLimiter.this) {
                all.coming -= counted.coming;
                counted.coming = 0;
                usage.slow -= counted.slow;
                all.slow -= counted.slow;
                counted.slow = 0;
            }
        }

        /** Counts it no more. */
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
