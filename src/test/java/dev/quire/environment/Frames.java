package dev.quire.environment;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.restassured.RestAssured;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;

/** HTTP/2 frame by frame (RFC 9113), with prior knowledge, for requests that no client library sends. */
public final class Frames implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int SETTINGS = 4;
    public static final int CONTINUATION = 9;
    public static final int END_STREAM = 1;
    public static final int END_HEADERS = 4;

    private static final int RST_STREAM = 3;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int ACK = 1;
    private static final int PRIORITY = 32;
    private static final int TIMEOUT_MILLISECONDS = 20_000;

    private final Socket socket;
    private final DataInputStream in;

    public Frames() throws IOException {
        socket = new Socket("localhost", RestAssured.port);
        socket.setSoTimeout(TIMEOUT_MILLISECONDS);
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
        send(SETTINGS, 0, 0);
    }

    /** Sends a request with these fields in one frame, and reads the response. */
    public static String exchange(String... fields) throws IOException {
        try (var frames = new Frames()) {
            frames.send(HEADERS, END_HEADERS | END_STREAM, 1, fields(fields));
            return frames.answer();
        }
    }

    /** Sends one frame; false when the service has closed the connection. */
    public boolean send(int type, int flags, int stream, byte... payload) throws IOException {
        var frame = new ByteArrayOutputStream();
        for (int shift = 16; shift >= 0; shift -= 8) {
            frame.write(payload.length >> shift);
        }
        frame.write(type);
        frame.write(flags);
        for (int shift = 24; shift >= 0; shift -= 8) {
            frame.write(stream >> shift);
        }
        frame.write(payload);
        try {
            socket.getOutputStream().write(frame.toByteArray());
            return true;
        } catch (SocketException e) {
            return false;
        }
    }

    /** Encodes alternating names and values, as literals that are not indexed (RFC 7541, section 6.2.2). */
    public static byte[] fields(String... texts) {
        var block = new ByteArrayOutputStream();
        for (int i = 0; i < texts.length; i++) {
            if (i % 2 == 0) {
                block.write(0);
            }
            byte[] text = texts[i].getBytes(ISO_8859_1);
            int length = text.length;
            if (length < 127) {
                block.write(length);
            } else {
                block.write(127);
                for (length -= 127; length >= 128; length /= 128) {
                    block.write(length % 128 + 128);
                }
                block.write(length);
            }
            block.writeBytes(text);
        }
        return block.toByteArray();
    }

    /**
     * Reads until the request is answered, as {@code 200} and the body, or ended by RST_STREAM, GOAWAY or an empty end.
     */
    public String answer() throws IOException {
        var decoder = new DefaultHttp2HeadersDecoder(false);
        var answer = new StringBuilder();
        try {
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                byte[] payload = in.readNBytes(length);
                switch (type) {
                    case HEADERS -> {
                        int priority = (flags & PRIORITY) == 0 ? 0 : 5;
                        var block = Unpooled.wrappedBuffer(payload, priority, length - priority);
                        answer.append(decoder.decodeHeaders(stream, block).status())
                                .append(' ');
                    }
                    case DATA -> answer.append(new String(payload, UTF_8));
                    case RST_STREAM -> answer.append("RST_STREAM ").append(payload[3]);
                    case GOAWAY -> {
                        return answer.append("GOAWAY ").append(payload[7]).toString();
                    }
                    case PING -> send(PING, ACK, 0, payload);
                    case SETTINGS -> {
                        if ((flags & ACK) == 0) {
                            send(SETTINGS, ACK, 0);
                        }
                    }
                    default -> {
                        // Windows and priorities are not part of a response.
                    }
                }
                if (type == RST_STREAM || (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
                    return answer.toString();
                }
            }
        } catch (EOFException | SocketException e) {
            return answer.toString();
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
