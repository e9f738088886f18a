package dev.quire.change;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A client of server-sent events, such as an open web page. */
final class EventStream implements AutoCloseable {
    private static final int TIMEOUT_MILLISECONDS = 60_000;

    private final HttpURLConnection connection;
    private final BufferedReader lines;

    /** The lines between two blank lines. A member is null if there is no such line. */
    record Event(String id, String name, String data, String retry, boolean comment) {
        JsonNode json() {
            return DeviceCopy.json(data);
        }

        boolean isSynced() {
            return "synced".equals(name);
        }
    }

    /** Opens a stream; the query and each header field may be null. */
    EventStream(int port, String query, String token, String lastEventId) throws IOException {
        connection = (HttpURLConnection)
                URI.create("http://localhost:" + port + "/changes" + (query == null ? "" : "?" + query))
                        .toURL()
                        .openConnection();
        connection.setReadTimeout(TIMEOUT_MILLISECONDS);
        connection.setRequestProperty("Accept", "text/event-stream");
        if (token != null) {
            connection.setRequestProperty("Authorization", "Bearer " + token);
        }
        if (lastEventId != null) {
            connection.setRequestProperty("Last-Event-ID", lastEventId);
        }
        int status = connection.getResponseCode();
        if (status != 200) {
            try (var body = connection.getErrorStream()) {
                throw new Refused(status, new String(body.readAllBytes(), UTF_8));
            }
        }
        lines = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8));
    }

    /** The response to a request for a stream, if it is none. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        final int status;

        Refused(int status, String body) {
            super(status + " " + body);
            this.status = status;
        }
    }

    String header(String name) {
        return connection.getHeaderField(name);
    }

    /** Returns the next event or comment; null at the end. */
    Event next() throws IOException {
        String id = null;
        String name = null;
        String data = null;
        String retry = null;
        boolean comment = false;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                return new Event(id, name, data, retry, comment);
            }
            String value = line.substring(line.indexOf(':') + 1).strip();
            switch (line.substring(0, line.indexOf(':'))) {
                case "" -> comment = true;
                case "id" -> id = value;
                case "event" -> name = value;
                case "data" -> data = value;
                case "retry" -> retry = value;
                default -> throw new IOException(line);
            }
        }
        return null;
    }

    /** Reads until an event matches. */
    Event await(Predicate<Event> wanted) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLISECONDS);
        for (Event event = next(); event != null; event = next()) {
            if (wanted.test(event)) {
                return event;
            }
            if (System.nanoTime() > end) {
                throw new IOException("there is no such event");
            }
        }
        throw new IOException("the stream ended");
    }

    /** Applies the next changes to a copy until it is in sync; returns their number. */
    int sync(DeviceCopy copy) throws IOException {
        int changes = 0;
        for (Event event = next(); event != null; event = next()) {
            if (event.isSynced()) {
                assertEquals(event.id(), event.json().get("position").asText());
                return changes;
            }
            if ("change".equals(event.name())) {
                copy.apply(event.json());
                changes++;
            }
        }
        throw new IOException("the stream ended");
    }

    @Override
    public void close() {
        connection.disconnect();
    }
}
