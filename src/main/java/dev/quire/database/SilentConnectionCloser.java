package dev.quire.database;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A handler that closes a connection to PostgreSQL on which a statement is pending and nothing is received. A network that
 * drops every packet closes no connection, and TCP itself gives up only after a quarter of an hour. Idle connections stay
 * open unless another connection was found dead.
 */
final class SilentConnectionCloser extends ChannelDuplexHandler {
    /**
     * The maximum silence: longer than any statement may take, see {@link DatabasePool}, shorter than a request may take.
     */
    private static final long MAX_SILENCE = TimeUnit.MILLISECONDS.toNanos(9500);

    /** The maximum silence once another connection was found dead. */
    private static final long MAX_SUSPECT_SILENCE = TimeUnit.SECONDS.toNanos(2);

    /** The delay before suspicion. Answers that were held up together arrive together, but not at the same moment. */
    private static final int GRACE_MILLISECONDS = 250;

    private static final long BETWEEN_LOOKS = MAX_SILENCE / 8;

    private static final int READY_BYTES = 6;

    private ScheduledFuture<?> looks;
    private boolean asked;
    private boolean isInTransaction;
    private long since;
    private long maxSilence = MAX_SILENCE;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        looks = context.executor()
                .scheduleWithFixedDelay(() -> look(context), BETWEEN_LOOKS, BETWEEN_LOOKS, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        looks.cancel(false);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        asked = true;
        since = System.nanoTime();
        super.write(context, message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        var part = (ByteBuf) message;
        asked = !isEndOfAnswer(part);
        isInTransaction = !asked && part.getByte(part.writerIndex() - 1) != 'I';
        since = System.nanoTime();
        super.channelRead(context, message);
    }

    /** Returns true if the bytes end with ReadyForQuery (PostgreSQL, section 54.7): a type, a length and a state. */
    private static boolean isEndOfAnswer(ByteBuf part) {
        int begin = part.writerIndex() - READY_BYTES;
        return begin >= part.readerIndex() && part.getByte(begin) == 'Z' && part.getInt(begin + 1) == READY_BYTES - 1;
    }

    /** Closes the connection if nothing is done on it. Otherwise a shorter silence closes it from now on. */
    static void suspect(ChannelHandlerContext codec) {
        codec.executor()
                .schedule(
                        () -> {
                            var context = codec.pipeline().context(SilentConnectionCloser.class);
                            if (context != null) {
                                ((SilentConnectionCloser) context.handler()).suspectNow(context);
                            }
                        },
                        GRACE_MILLISECONDS,
                        TimeUnit.MILLISECONDS);
    }

    private void suspectNow(ChannelHandlerContext context) {
        maxSilence = MAX_SUSPECT_SILENCE;
        if (asked || isInTransaction) {
            look(context);
        } else {
            context.close();
        }
    }

    private void look(ChannelHandlerContext context) {
        if (asked && System.nanoTime() - since > maxSilence) {
            context.close();
        }
    }
}
