package dev.quire.header;

import io.netty.handler.codec.DateFormatter;
import java.util.Date;

/** The header field {@code Date} (RFC 9110, section 6.6.1), which is written once a second, however many ask for it. */
final class DateOfAnswers {
    private volatile Second last = new Second(0);

    private static final class Second {
        private final long number;
        private final String text;

        Second(long number) {
            this.number = number;
            this.text = DateFormatter.format(new Date(number * 1000));
        }
    }

    String now() {
        long second = System.currentTimeMillis() / 1000;
        Second current = last;
        if (current.number != second) {
            current = new Second(second);
            last = current;
        }
        return current.text;
    }
}
