package dev.quire.security;

import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.Logger;

/**
 * The audit trail: who came in, who was refused, and what changed of it, as log lines with fields. There is no email, no
 * password and no token in it; a user is an id.
 */
@Singleton
public class Audit {
    private static final String CATEGORY = "dev.quire.audit";

    /** What is told. */
    public enum Event {
        REGISTERED(true),
        LOGGED_IN(true),
        LOG_IN_FAILED(false),
        REFRESHED(true),
        REFRESH_FAILED(false),
        REFRESH_TOKEN_REUSED(false),
        LOGGED_OUT(true),
        PASSWORD_CHANGED(true),
        PASSWORD_CHANGE_FAILED(false),
        ROLES_CHANGED(true),
        REFUSED(false);

        private final boolean success;

        Event(boolean success) {
            this.success = success;
        }
    }

    /** An event without a user that is known. */
    public void log(Event event, Client client) {
        log(event, client, Map.of());
    }

    /** An event of this user. */
    public void log(Event event, Client client, long user) {
        log(event, client, Map.of("user", user));
    }

    /** An event of this user in this session. */
    public void log(Event event, Client client, long user, long session) {
        log(event, client, Map.of("user", user, "session", session));
    }

    /** An event with these fields, which hold nothing that has to be kept secret. */
    public void log(Event event, Client client, Map<String, ?> fields) {
        String name = event.name().toLowerCase(Locale.ROOT).replace('_', '-');
        var record = new ExtLogRecord(
                event == Event.REFRESH_TOKEN_REUSED ? Level.WARN : Level.INFO, name, Audit.class.getName());
        record.setLoggerName(CATEGORY);
        // With the trace of the request
        var all = new TreeMap<>(record.getMdcCopy());
        fields.forEach((field, value) -> all.put(field, String.valueOf(value)));
        all.put("event", name);
        all.put("outcome", event.success ? "success" : "failure");
        all.put("address", client.address());
        record.setMdc(all);
        Logger.getLogger(CATEGORY).logRaw(record);
    }
}
