package dev.quire.database;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.pgclient.PgException;
import java.io.IOException;

/**
 * A handler that closes a connection to PostgreSQL that failed or was terminated, which fails its statements. The PostgreSQL
 * client would print a stack trace for each connection, where {@link DatabaseHealth} logs a single line.
 */
final class FailedConnectionCloser extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        if (failure instanceof IOException || failure instanceof PgException) {
            context.close();
        } else {
            context.fireExceptionCaught(failure);
        }
    }
}
