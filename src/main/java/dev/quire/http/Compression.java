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
 * Which answers are sent gzipped (RFC 9110, section 8.4.1.3), and by which tag they are told from those that are not: two
 * encodings of one representation must not have one strong tag (section 8.8.3.3). Vert.x does the compressing, and would
 * do it to every answer; Quarkus' own switch would mark every answer as not to be compressed, for clients too that never
 * asked, and knows neither sizes nor tags. Bodies of requests are never decompressed: a small one can't grow.
 */
@Singleton
public class Compression implements HttpServerOptionsCustomizer {
    /** What the tag of the gzipped representation ends in, as with Apache httpd; before the quote that closes it. */
    public static final String SUFFIX = "-gzip";

    /** In bytes: what is not longer fits into a packet as it is, or nearly so. */
    private static final int LONGEST_PLAIN = 1024;

    /** It holds up the event loop: a page of prose takes a fifth of the standard level's time, and is a seventh longer. */
    private static final GzipOptions GZIP = StandardCompressionOptions.gzip(1, 15, 8);

    private static final String CLOSED_PATH = "/authentication";

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

    /**
     * Whether so many bytes are gzipped for who makes this request. Never under /authentication: how well a token is
     * compressed beside what an attacker has chosen tells of the token (BREACH).
     */
    public boolean isFor(RoutingContext context, long length) {
        return length > LONGEST_PLAIN
                && context.request().version() != HttpVersion.HTTP_1_0
                && accepts(context)
                && !isClosed(context);
    }

    private static boolean isClosed(RoutingContext context) {
        try {
            return context.normalizedPath().startsWith(CLOSED_PATH);
        } catch (IllegalArgumentException e) {
            // No path at all, and answered with a problem
            return true;
        }
    }

    /** RFC 9110, section 12.5.3. */
    private boolean accepts(RoutingContext context) {
        List<String> accepted = context.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING);
        return !accepted.isEmpty()
                && choice.isGzip(String.join(",", accepted))
                && weight(context.parsedHeaders().acceptEncoding()) > 0;
    }

    /** That of gzip, or else that of all that is not named. */
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

    /** Says how this answer is encoded, and thereby lets Vert.x do it or not; when nothing else of its head changes. */
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
            // With HTTP/1.1 Vert.x goes by the request, with HTTP/2 by this.
            if (http2 || head) {
                headers.set(HttpHeaders.CONTENT_ENCODING, HttpHeaderValues.GZIP);
            }
            if (head) {
                headers.remove(HttpHeaders.CONTENT_LENGTH);
            }
        } else if (http2 || !head && length(headers) > 0) {
            // For Vert.x, which takes it away again with HTTP/1.1
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

    /** That of the body, which is long when nobody knows. */
    private static long length(MultiMap headers) {
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return length == null ? Long.MAX_VALUE : Long.parseLong(length);
    }

    /** What Vert.x makes of a request, by the same code. It takes a gzip of weight 0 for one that is wanted, at times. */
    private static final class Choice extends HttpContentCompressor {
        Choice() {
            super(GZIP);
        }

        boolean isGzip(String accepted) {
            return determineEncoding(accepted) != null;
        }
    }
}
