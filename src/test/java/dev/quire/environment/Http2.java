package dev.quire.environment;

import groovy.lang.GroovyObject;
import io.restassured.RestAssured;
import io.restassured.authentication.PreemptiveOAuth2HeaderScheme;
import io.restassured.builder.ResponseBuilder;
import io.restassured.filter.FilterContext;
import io.restassured.filter.OrderedFilter;
import io.restassured.http.Header;
import io.restassured.http.Headers;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The client of REST Assured in the JVM of the tests: it sends every request over HTTP/2, with prior knowledge and on
 * one connection, as proxies do. REST Assured itself speaks only HTTP/1.1.
 */
final class Http2 implements OrderedFilter {
    private static final long TIMEOUT_SECONDS = 120;

    /** Header fields that do not exist in HTTP/2 (RFC 9113, 8.2.2): a test that sends one means HTTP/1.1. */
    private static final Set<String> CONNECTION_SPECIFIC =
            Set.of("connection", "host", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setUseDaemonThread(true));
    private final HttpClient client = vertx.createHttpClient(new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setDecompressionSupported(true));

    private static final Pattern REPEATED_PARAMETER = Pattern.compile("[?&]([^=&]+)=[^&]*&(?:.*&)?\\1=");

    private record Answer(HttpClientResponse head, Buffer body) {}

    /** Runs this filter after all others, in place of REST Assured's own client. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        // HTTP/2 has no white space around a value either (RFC 9113, section 8.2.1).
        boolean isOfHttp1 = request.getHeaders().asList().stream()
                .anyMatch(
                        header -> CONNECTION_SPECIFIC.contains(header.getName().toLowerCase(Locale.ROOT))
                                || !header.getValue().equals(header.getValue().strip()));
        if (isOfHttp1
                || repeatsParameter(context)
                || !request.getFormParams().isEmpty()
                || URI.create(request.getURI()).getPort() != RestAssured.port) {
            return context.next(request, expected);
        }
        var options = new RequestOptions()
                .setAbsoluteURI(request.getURI())
                .setMethod(HttpMethod.valueOf(request.getMethod()));
        Promise<Answer> answer = Promise.promise();
        // On its own thread, or a body could arrive before its handler is set.
        vertx.runOnContext(ready -> client.request(options)
                .compose(it -> send(it, request))
                .compose(head -> head.body().map(body -> new Answer(head, body)))
                .onComplete(answer));
        return response(answer.future()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .join());
    }

    /**
     * Tells whether a path parameter is repeated; then the URI that REST Assured shows to its filters has only the last
     * value.
     */
    private static boolean repeatsParameter(FilterContext context) {
        return REPEATED_PARAMETER
                .matcher((String) ((GroovyObject) context).getProperty("internalRequestUri"))
                .find();
    }

    private static Future<HttpClientResponse> send(HttpClientRequest sent, FilterableRequestSpecification request) {
        sent.putHeader("User-Agent", "HTTP/2 of the tests");
        request.getHeaders().asList().stream()
                .map(Header::getName)
                .distinct()
                .forEach(name -> sent.putHeader(name, request.getHeaders().getValues(name)));
        if (request.getAuthenticationScheme() instanceof PreemptiveOAuth2HeaderScheme scheme) {
            sent.putHeader("Authorization", scheme.generateAuthToken());
        }
        Object body = request.getBody();
        if (body == null) {
            return sent.send();
        }
        return sent.send(body instanceof byte[] bytes ? Buffer.buffer(bytes) : Buffer.buffer(body.toString()));
    }

    private static Response response(Answer answer) {
        HttpClientResponse head = answer.head;
        var builder = new ResponseBuilder()
                .setStatusCode(head.statusCode())
                .setStatusLine(head.version().alpnName() + " " + head.statusCode())
                .setHeaders(new Headers(head.headers().entries().stream()
                        .map(field -> new Header(field.getKey(), field.getValue()))
                        .toList()))
                .setBody(answer.body.getBytes());
        String type = head.getHeader("Content-Type");
        return (type == null ? builder : builder.setContentType(type)).build();
    }
}
