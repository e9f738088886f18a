package dev.quire.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The header field {@code Date} (RFC 9110, section 6.6.1), formatted once a second for all responses. */
final class DateOfAnswers {
    /** The format with two-digit days, which the RFC 1123 format of java.time does not have. */
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private volatile Second last = new Second(0);

    private static final class Second {
        private final long number;
        private final String text;

        Second(long number) {
            this.number = number;
            this.text = FORMAT.format(Instant.ofEpochSecond(number));
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
