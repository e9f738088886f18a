package dev.quire.problem;

import io.vertx.ext.web.RoutingContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * An end to every wait: whatever becomes of the way to the database, a request gets its answer. PostgreSQL's client
 * waits for as long as TCP does, a quarter of an hour where a network swallows everything.
 */
class Deadline {
    /** The longest request, a deletion of all that an author wrote, takes a small part of this. */
    private static final int MILLISECONDS = 10_000;

    /** Counts from when the body has been read: a slow client has all the time that it needs to send one. */
    @ServerRequestFilter(readBody = true)
    public void start(RoutingContext context) {
        long timer = context.vertx().setTimer(MILLISECONDS, late -> context.fail(503));
        context.addHeadersEndHandler(begun -> context.vertx().cancelTimer(timer));
        context.addEndHandler(hungUp -> context.vertx().cancelTimer(timer));
    }
}
