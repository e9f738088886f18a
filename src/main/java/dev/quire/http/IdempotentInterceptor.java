package dev.quire.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quire.json.RawJson;
import dev.quire.json.RequestBodies;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation;
import dev.quire.security.Caller;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.Priority;
import jakarta.annotation.security.PermitAll;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.lang.reflect.Parameter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** An interceptor that repeats the response to a repeated request, and executes a new request once. */
@Idempotent
@Interceptor
@Priority(Interceptor.Priority.APPLICATION)
class IdempotentInterceptor {
    private static final Pattern SYNTAX = Pattern.compile("[\\x21-\\x7e]{1,255}");

    private final IdempotencyKeys keys;
    private final RequestBodies bodies;
    private final CurrentVertxRequest request;
    private final SecurityIdentity identity;

    IdempotentInterceptor(
            IdempotencyKeys keys, RequestBodies bodies, CurrentVertxRequest request, SecurityIdentity identity) {
        this.keys = keys;
        this.bodies = bodies;
        this.request = request;
        this.identity = identity;
    }

    @AroundInvoke
    Object executeOnce(InvocationContext operation) throws Exception {
        List<String> sent = request.getCurrent().request().headers().getAll(Idempotent.KEY);
        if (sent.isEmpty() || keys.isClaimed()) {
            return operation.proceed();
        }
        if (sent.size() > 1 || !SYNTAX.matcher(sent.get(0)).matches()) {
            throw new BadRequest(
                    "The Idempotency-Key is malformed.",
                    List.of(Violation.ofHeader(
                            Idempotent.KEY, Violation.Code.MALFORMED, "must be 1 to 255 visible characters of ASCII")));
        }
        IdempotencyRequest claim = claim(sent.get(0), operation);
        return keys.whileInProgress(
                claim,
                () -> keys.find(claim)
                        .chain(stored -> stored == null
                                ? proceed(operation)
                                : Uni.createFrom().item(again(stored.place(), stored.body()))));
    }

    private IdempotencyRequest claim(String key, InvocationContext operation) {
        JsonNode body = bodies.tree(body(operation));
        HttpServerRequest current = request.getCurrent().request();
        String all = current.method() + " " + current.uri() + "\n" + body;
        if (operation.getMethod().isAnnotationPresent(PermitAll.class)) {
            // The key belongs to the user who registers, even if logged in as somebody else.
            return IdempotencyRequest.of(
                    "email " + body.path("email").asText().toLowerCase(Locale.ROOT), key, all, null);
        }
        long user = Caller.of(identity).id();
        return IdempotencyRequest.of("user " + user, key, all, user);
    }

    private static Object body(InvocationContext operation) {
        Parameter[] parameters = operation.getMethod().getParameters();
        int body = IntStream.range(0, parameters.length)
                .filter(i -> AllowedMethods.isBody(parameters[i]))
                .findFirst()
                .orElseThrow();
        return operation.getParameters()[body];
    }

    @SuppressWarnings("unchecked")
    private static Uni<RestResponse<RawJson>> proceed(InvocationContext operation) {
        try {
            return (Uni<RestResponse<RawJson>>) operation.proceed();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static RestResponse<RawJson> again(String place, RawJson body) {
        ResponseBuilder<RawJson> answer = place == null ? ResponseBuilder.ok(body) : WriteResult.created(place, body);
        return answer.header("Idempotency-Replayed", true).build();
    }
}
