package dev.quire.http;

import io.netty.handler.codec.compression.GzipOptions;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.ParsedHeaderValue;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * The decision about which responses are gzipped (RFC 9110, section 8.4.1.3), and their entity tags: two encodings of one
 * representation must not share a strong tag (section 8.8.3.3). Vert.x does the compression, and would compress every
 * response. Quarkus' own switch would mark every response as not to be compressed, even for clients that never asked, and
 * ignores sizes and tags. Request bodies are never decompressed, so a small body cannot grow.
 */
@Singleton
public class Compression implements HttpServerOptionsCustomizer {
    /** The suffix of the tag of a gzipped representation, before the closing quote, as in Apache httpd. */
    public static final String SUFFIX = "-gzip";

    /** The maximum length of an uncompressed body, in bytes: up to this length it fits into one packet, or nearly so. */
    private static final int LONGEST_PLAIN = 1024;

    /**
     * The fastest level, because compression blocks the event loop. A page of prose takes a fifth of the standard level's
     * time, and is a seventh longer.
     */
    private static final GzipOptions GZIP = StandardCompressionOptions.gzip(1, 15, 8);

    private final Choice choice = new Choice();

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setCompressionSupported(true).setCompressors(List.of(GZIP));
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }

    @Override
    public void customizeDomainSocketServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }

    /** Returns whether a response of this length, in bytes, is gzipped for this request. */
    public boolean isFor(RoutingContext context, long length) {
        return length > LONGEST_PLAIN
                && context.request().version() != HttpVersion.HTTP_1_0
                && accepts(context)
                && !ResponsePolicy.isConfidential(context);
    }

    /** Returns whether the client accepts gzip (RFC 9110, section 12.5.3). */
    private boolean accepts(RoutingContext context) {
        List<String> accepted = context.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING);
        return !accepted.isEmpty()
                && choice.isGzip(String.join(",", accepted))
                && weight(context.parsedHeaders().acceptEncoding()) > 0;
    }

    /** Returns the weight of gzip, or else the weight of all codings that are not named. */
    private static float weight(List<ParsedHeaderValue> codings) {
        float other = 0;
        for (ParsedHeaderValue coding : codings) {
            if (coding.value().equals("gzip")) {
                return coding.weight();
            }
            if (coding.value().equals("*")) {
                other = coding.weight();
            }
        }
        return other;
    }

    /**
     * Sets the content coding of this response, which decides whether Vert.x compresses it. Must be called when nothing else
     * in the response head changes any more.
     */
    public void encode(RoutingContext context) {
        HttpVersion version = context.request().version();
        int status = context.response().getStatusCode();
        boolean http2 = version == HttpVersion.HTTP_2;
        if (!context.request().headers().contains(HttpHeaders.ACCEPT_ENCODING)
                || version == HttpVersion.HTTP_1_0
                || !http2 && (status == 204 || status == 304)) {
            return;
        }
        boolean head = context.request().method() == HttpMethod.HEAD;
        MultiMap headers = context.response().headers();
        if (isChosen(context, head)) {
            // Vert.x decides by the request with HTTP/1.1, and by this field with HTTP/2.
            if (http2 || head) {
                headers.set(HttpHeaders.CONTENT_ENCODING, HttpHeaderValues.GZIP);
            }
            if (head) {
                headers.remove(HttpHeaders.CONTENT_LENGTH);
            }
        } else if (http2 || !head && length(headers) > 0) {
            // Tells Vert.x not to compress. With HTTP/1.1 Vert.x removes the field again.
            headers.set(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
        }
    }

    private boolean isChosen(RoutingContext context, boolean head) {
        MultiMap headers = context.response().headers();
        String tag = headers.get(HttpHeaders.ETAG);
        if (tag != null) {
            return tag.endsWith(SUFFIX + '"');
        }
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        return !head
                && type != null
                && (type.contains("json") || type.contains("yaml"))
                && isFor(context, length(headers));
    }

    /** Returns the length of the body, in bytes. An unknown length counts as long. */
    private static long length(MultiMap headers) {
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return length == null ? Long.MAX_VALUE : Long.parseLong(length);
    }

    /** The decision that Vert.x makes for a request, by the same code. At times it treats gzip of weight 0 as accepted. */
    private static final class Choice extends HttpContentCompressor {
        Choice() {
            super(GZIP);
        }

        boolean isGzip(String accepted) {
            return determineEncoding(accepted) != null;
        }
    }
}
