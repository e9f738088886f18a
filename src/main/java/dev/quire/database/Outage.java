package dev.quire.database;

import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.impl.NoStackTraceThrowable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** A state of the database in which valid requests are rejected, by SQLSTATE (PostgreSQL, appendix A). */
public enum Outage {
    AWAY("The database does not answer."),
    BUSY("No connection to the database was free in time."),
    STARTING("The database is starting or stopping."),
    CLOSED("The database accepts no connections."),
    LOST("The connection to the database was lost."),
    READ_ONLY("The database is read-only."),
    REFUSED("The database refuses the service's role or password."),
    MISSING("The database does not exist."),
    FORBIDDEN("The database denies the service a privilege."),
    NO_ROOM("The database has no room."),
    NO_MEMORY("The database has no memory."),
    NO_CONNECTIONS("The database has no connection left."),
    OVERLOADED("The database has reached a limit."),
    BROKEN("The database has a fault of its own.");

    private final String detail;

    Outage(String detail) {
        this.detail = detail;
    }

    /** Returns a sentence for clients and operators. */
    public String detail() {
        return detail;
    }

    /** Returns the outage behind a failure; empty if the failure is due to the request or to a fault of the service. */
    public static Optional<Outage> of(Throwable failure) {
        Optional<ServerError> error = ServerError.of(failure);
        return error.isPresent() ? ofState(error.get().state()) : ofConnection(failure);
    }

    private static Optional<Outage> ofState(String state) {
        Outage outage =
                switch (state) {
                    case "25006" -> READ_ONLY;
                    case "25P02", "25P03", "25P04", "26000", "57P01", "57P02", "57P05" -> LOST;
                    case "42501" -> FORBIDDEN;
                    case "53100" -> NO_ROOM;
                    case "53200" -> NO_MEMORY;
                    case "53300" -> NO_CONNECTIONS;
                    case "55000" -> CLOSED;
                    case "57P03" -> STARTING;
                    case "57P04" -> MISSING;
                    default ->
                        switch (state.substring(0, 2)) {
                            case "08", "57" -> AWAY;
                            case "28" -> REFUSED;
                            case "3D" -> MISSING;
                            case "53" -> OVERLOADED;
                            case "58", "F0", "XX" -> BROKEN;
                            default -> null;
                        };
                };
        return Optional.ofNullable(outage);
    }

    private static Optional<Outage> ofConnection(Throwable failure) {
        if (ServerError.causes(failure).anyMatch(Outage::isOfThePool)) {
            return Optional.of(BUSY);
        }
        return ServerError.causes(failure)
                        .anyMatch(e -> e instanceof IOException
                                || e instanceof VertxException
                                // Thrown for a connection that is being closed
                                || e instanceof NoStackTraceThrowable
                                || e instanceof TimeoutException)
                ? Optional.of(AWAY)
                : Optional.empty();
    }

    private static boolean isOfThePool(Throwable failure) {
        return failure instanceof ConnectionPoolTooBusyException
                || failure instanceof NoStackTraceThrowable && "Timeout".equals(failure.getMessage());
    }

    /** Returns true if nothing is wrong except for the load. */
    boolean isOfLoad() {
        return this == BUSY;
    }

    /** Returns true if every request that writes meets this outage, although the connection of the check may not. */
    boolean stopsWrites() {
        return switch (this) {
            case READ_ONLY, REFUSED, MISSING, FORBIDDEN, NO_ROOM -> true;
            default -> false;
        };
    }

    /** Returns true if a new connection tells more about this state than an existing connection. */
    boolean needsNewConnection() {
        return switch (this) {
            case READ_ONLY, LOST, REFUSED, MISSING -> true;
            default -> false;
        };
    }

    /** Returns true if a connection stays in this state, while a new connection may lead to a healthy server. */
    boolean spoilsConnections() {
        return this == READ_ONLY || this == LOST;
    }
}
