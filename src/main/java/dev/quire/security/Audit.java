package dev.quire.security;

import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.Logger;

/**
 * The audit trail of access that was granted, rejected or changed, as log lines with fields. It contains no email, no
 * password and no token; users are identified by their ids.
 */
@Singleton
public class Audit {
    private static final String CATEGORY = "dev.quire.audit";

    /** The events of the audit trail. */
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
        RECOVERY_REQUESTED(true),
        RECOVERED(true),
        RECOVERY_FAILED(false),
        EMAIL_CONFIRMED(true),
        EMAIL_CHANGED(true),
        CONFIRMATION_FAILED(false),
        SECOND_FACTOR_ADDED(true),
        SECOND_FACTOR_REMOVED(true),
        SECOND_FACTOR_FAILED(false),
        REFUSED(false);

        private final boolean success;

        Event(boolean success) {
            this.success = success;
        }
    }

    /** Logs an event without a known user. */
    public void log(Event event, Client client) {
        log(event, client, Map.of());
    }

    /** Logs an event of this user. */
    public void log(Event event, Client client, long user) {
        log(event, client, Map.of("user", user));
    }

    /** Logs an event of this user in this session. */
    public void log(Event event, Client client, long user, long session) {
        log(event, client, Map.of("user", user, "session", session));
    }

    /** Logs an event with these fields, which must not contain secrets. */
    public void log(Event event, Client client, Map<String, ?> fields) {
        String name = event.name().toLowerCase(Locale.ROOT).replace('_', '-');
        var record = new ExtLogRecord(
                event == Event.REFRESH_TOKEN_REUSED ? Level.WARN : Level.INFO, name, Audit.class.getName());
        record.setLoggerName(CATEGORY);
        // The copy has the trace id of the request.
        var all = new TreeMap<>(record.getMdcCopy());
        fields.forEach((field, value) -> all.put(field, String.valueOf(value)));
        all.put("event", name);
        all.put("outcome", event.success ? "success" : "failure");
        all.put("address", client.address());
        record.setMdc(all);
        Logger.getLogger(CATEGORY).logRaw(record);
    }
}
