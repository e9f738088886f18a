package dev.quire.http;

import dev.quire.problem.ProblemException;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.MethodNotAllowed;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.ProblemException.UnreadableHead;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A check of the head of a request before any other handler (RFC 9112, sections 3 to 6). It prevents request smuggling: it
 * rejects a request that can be read in two ways, and has the others routed by the normal spelling of their target.
 */
@Singleton
class RequestHead {
    private static final String DOCUMENT = "/q/openapi";
    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /** The longest target, in characters. Netty applies the same limit to HTTP/1.1. */
    private static final int LONGEST_TARGET = 4096;

    /**
     * The longest header fields in bytes, counted as in RFC 9113, section 6.5.2. Netty applies the same limit to HTTP/1.1.
     */
    private static final int LONGEST_FIELDS = 20_480;

    private static final int OVERHEAD_OF_FIELD = 32;

    private static final String CHECKED = RequestHead.class.getName();

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(RequestHead::require).failureHandler(RequestHead::explain);
        // Last but one: before the failure handler of Quarkus, which logs failures of requests that were answered in
        // the meantime.
        router.route().order(Integer.MAX_VALUE - 1).failureHandler(context -> {
            if (!context.response().ended()) {
                context.next();
            }
        });
    }

    private static void require(RoutingContext context) {
        if (context.get(CHECKED) != null) {
            refuseBrokenChunks(context);
            context.next();
            return;
        }
        try {
            String target = check(context.request());
            context.put(CHECKED, true);
            // An HTTP/1.0 request without a Host is always rerouted, since otherwise the frameworks build no URI for
            // it.
            if (target.equals(context.request().uri()) && context.request().authority() != null) {
                require(context);
            } else {
                context.reroute(target);
            }
        } catch (ProblemException e) {
            refuse(context, e);
        }
    }

    /** Explains the rejection of a request that Vert.x rejected before routing, without a reason. */
    private static void explain(RoutingContext context) {
        boolean unexplained = context.statusCode() == 400 || context.statusCode() == 404;
        if (unexplained && !(context.failure() instanceof ProblemException) && context.get(CHECKED) == null) {
            try {
                check(context.request());
            } catch (ProblemException e) {
                refuse(context, e);
                return;
            }
        }
        context.next();
    }

    private static void refuse(RoutingContext context, ProblemException problem) {
        if (problem instanceof UnreadableHead) {
            closeAfter(context);
        }
        if (problem instanceof MethodNotAllowed) {
            context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD, OPTIONS");
        }
        context.fail(problem);
    }

    private static void closeAfter(RoutingContext context) {
        if (context.request().version() != HttpVersion.HTTP_2) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            context.addEndHandler(answered -> context.request().connection().close());
        }
    }

    /** Returns the normal spelling of the target of a request with a valid head. */
    private static String check(HttpServerRequest request) {
        requireDecoded(request);
        requireHost(request);
        String coding = request.getHeader(HttpHeaders.TRANSFER_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            throw new UnreadableHead(
                    400,
                    "The body is in a transfer coding that is not known.",
                    List.of(Violation.ofHeader("Transfer-Encoding", Code.UNSUPPORTED, "must be chunked")));
        }
        if (request.uri().equals("*") && request.method() == HttpMethod.OPTIONS) {
            throw new NotFound("There is nothing at this path.");
        }
        if (request.uri().length() > LONGEST_TARGET) {
            throw new UnreadableHead(414, "The path and the query are too long.", List.of());
        }
        if (request.version() == HttpVersion.HTTP_2 && length(request.headers()) > LONGEST_FIELDS) {
            throw tooLongFields();
        }
        if (request.version() == HttpVersion.HTTP_2 && !request.uri().startsWith("/")) {
            throw new BadRequest(
                    "The path must begin with a slash.",
                    List.of(Violation.ofHeader(":path", Code.MALFORMED, "must begin with a slash")));
        }
        String target = RequestTarget.normal(request.uri());
        if (target.startsWith(DOCUMENT) && !READS.contains(request.method())) {
            // Quarkus would respond with the document.
            throw new MethodNotAllowed();
        }
        return target;
    }

    private static int length(MultiMap fields) {
        int length = 0;
        for (Map.Entry<String, String> field : fields) {
            length += field.getKey().length() + field.getValue().length() + OVERHEAD_OF_FIELD;
        }
        return length;
    }

    private static UnreadableHead tooLongFields() {
        return new UnreadableHead(431, "The header fields are too long.", List.of());
    }

    private static void requireDecoded(HttpServerRequest request) {
        Throwable fault = request.decoderResult().cause();
        if (fault instanceof TooLongHttpLineException) {
            throw new UnreadableHead(414, "The request line is too long.", List.of());
        }
        if (fault instanceof TooLongHttpHeaderException) {
            throw tooLongFields();
        }
        if (fault != null || request.headers().contains("")) {
            throw new UnreadableHead(400, "The request line or a header field is malformed.", List.of());
        }
        if (request.version() == null) {
            throw new UnreadableHead(505, "The request must be one of HTTP/1.1, HTTP/1.0 or HTTP/2.", List.of());
        }
    }

    private static void requireHost(HttpServerRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
        Violation fault = null;
        if (hosts.size() > 1) {
            fault = Violation.ofHeader("Host", Code.REPEATED, "must be given once");
        } else if (request.authority() == null && !hosts.isEmpty()) {
            fault = Violation.ofHeader("Host", Code.MALFORMED, "must be a host, and a port behind a colon");
        } else if (request.authority() == null && request.version() != HttpVersion.HTTP_1_0) {
            fault = Violation.ofHeader("Host", Code.REQUIRED, "is required");
        }
        if (fault != null) {
            throw new BadRequest("The header field Host " + fault.detail() + ".", List.of(fault));
        }
    }

    /** Responds to a malformed chunk in the body, after which Vert.x would close the connection without a response. */
    private static void refuseBrokenChunks(RoutingContext context) {
        if (context.request().headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
            context.addEndHandler(ended -> {
                Throwable fault = ended.cause();
                boolean broken = fault instanceof DecoderException || fault instanceof IllegalArgumentException;
                if (broken && !context.response().headWritten()) {
                    refuse(context, new UnreadableHead(400, "A chunk of the body is malformed.", List.of()));
                    // Vert.x closes the connection immediately afterwards, so the response is flushed first.
                    ((ConnectionBase) context.request().connection()).flush();
                }
            });
        }
    }
}
