package dev.quire.http;

import dev.quire.database.DatabaseHealth;
import dev.quire.database.Outage;
import dev.quire.database.RequestTimeLimit;
import dev.quire.database.RequestTimeLimit.OutOfTime;
import dev.quire.observability.RequestMetrics;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.observability.Traces;
import dev.quire.problem.OperationFailed;
import dev.quire.problem.Problem;
import dev.quire.problem.ProblemException;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.Forbidden;
import dev.quire.problem.ProblemException.InsufficientAuthentication;
import dev.quire.problem.ProblemException.InvalidToken;
import dev.quire.problem.ProblemException.RequestInProgress;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import dev.quire.problem.ProblemException.TooManyRequests;
import dev.quire.problem.ProblemException.Unauthenticated;
import dev.quire.problem.ProblemException.UnsupportedMedia;
import dev.quire.problem.SqlErrorMapper;
import dev.quire.problem.Violation;
import dev.quire.security.Audit;
import dev.quire.security.Audit.Event;
import dev.quire.security.ClientAddressResolver;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The mapping of every failure to a {@link Problem}. No other place knows the meaning of failures in HTTP. */
public class ProblemMapper {
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);
    private static final Set<Integer> REFUSALS = Set.of(401, 403, 429);

    private final AllowedMethods methods;
    private final CurrentVertxRequest request;
    private final ClientAddressResolver clients;
    private final Audit audit;
    private final RequestMetrics metrics;
    private final DatabaseHealth database;

    ProblemMapper(
            AllowedMethods methods,
            CurrentVertxRequest request,
            ClientAddressResolver clients,
            Audit audit,
            RequestMetrics metrics,
            @Readiness DatabaseHealth database) {
        this.methods = methods;
        this.request = request;
        this.clients = clients;
        this.audit = audit;
        this.metrics = metrics;
        this.database = database;
    }

    @ServerExceptionMapper
    public Response known(ProblemException e, UriInfo uri) {
        return known(e, e.problem(), uri);
    }

    private Response known(ProblemException e, Problem problem, UriInfo uri) {
        Response.ResponseBuilder answer = answer(problem, uri);
        if (e instanceof InvalidToken) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, null)
                    .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
        }
        if (e instanceof InsufficientAuthentication stale) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, null)
                    .header(
                            HttpHeaders.WWW_AUTHENTICATE,
                            "Bearer error=\"insufficient_user_authentication\", error_description=\"" + problem.detail()
                                    + "\", max_age=\"" + stale.maxAge() + "\"");
        }
        if (e instanceof RequestInProgress) {
            answer.header(HttpHeaders.RETRY_AFTER, Problem.RETRY_SECONDS);
        }
        if (e instanceof UnsupportedMedia media && media.isOfCoding()) {
            answer.header(HttpHeaders.ACCEPT_ENCODING, "identity");
        }
        if (e instanceof ServiceUnavailable busy) {
            metrics.refused(busy.reason());
        }
        if (e instanceof TooManyRequests limit) {
            metrics.refused(Reason.ATTEMPTS);
            answer.header(HttpHeaders.RETRY_AFTER, limit.seconds())
                    .header("RateLimit-Policy", limit.policy())
                    .header("RateLimit", limit.limited());
        }
        return answer.build();
    }

    /**
     * Maps the rejections of JAX-RS itself: unknown paths, methods and media types. Their header fields, such as Allow, are
     * kept.
     */
    @ServerExceptionMapper
    public Response refused(WebApplicationException e, UriInfo uri, Request request) {
        if (e.getCause() instanceof ProblemException parameter) {
            return known(parameter, uri);
        }
        Response refusal = e.getResponse();
        int status = refusal.getStatus() == 404 && isThere(uri, request) ? 405 : refusal.getStatus();
        Response.ResponseBuilder answer = answer(Problem.of(status, detail(status)), uri);
        refusal.getHeaders().forEach((name, values) -> {
            if (!name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE)) {
                values.forEach(value -> answer.header(name, value));
            }
        });
        return answer.build();
    }

    /**
     * Returns whether the path exists without this method. Quarkus does not find such a path when another resource matches a
     * part of it.
     */
    private boolean isThere(UriInfo uri, Request request) {
        Set<String> allowed = methods.of(uri.getRequestUri().getRawPath());
        return !allowed.isEmpty() && !allowed.contains(request.getMethod());
    }

    @ServerExceptionMapper
    public Response malformedParameter(ConstraintViolationException e, UriInfo uri) {
        return unexpected(e, uri);
    }

    @ServerExceptionMapper
    public Response badToken(AuthenticationFailedException e, UriInfo uri, HttpServerResponse response) {
        // Quarkus has set a challenge without a reason, but only the challenge with the reason must be sent.
        response.headers().remove(HttpHeaders.WWW_AUTHENTICATE);
        return known(new InvalidToken("The access token is invalid or has expired."), uri);
    }

    @ServerExceptionMapper
    public Response noToken(UnauthorizedException e, UriInfo uri) {
        return known(new Unauthenticated("An access token is required."), uri);
    }

    @ServerExceptionMapper
    public Response forbidden(ForbiddenException e, UriInfo uri) {
        return unexpected(e, uri);
    }

    /** Maps the failure of an operation in a batch to the problem that the operation would have caused alone. */
    @ServerExceptionMapper
    public Response operation(OperationFailed e, UriInfo uri) {
        return meaning(e.getCause())
                .map(known -> known(known, e.place(known.problem()), uri))
                .orElseGet(() -> answer(e.place(fault(e.getCause(), uri)), uri).build());
    }

    /** Maps all other failures: errors of PostgreSQL, an unavailable database, and internal errors. */
    @ServerExceptionMapper
    public Response unexpected(Throwable e, UriInfo uri) {
        return meaning(e)
                .map(known -> known(known, uri))
                .orElseGet(() -> answer(fault(e, uri), uri).build());
    }

    private Optional<ProblemException> meaning(Throwable e) {
        if (e instanceof ProblemException known) {
            return Optional.of(known);
        }
        if (e instanceof OutOfTime) {
            return Optional.of(new ServiceUnavailable(Reason.DEADLINE, "The request timed out."));
        }
        if (e instanceof ForbiddenException) {
            return Optional.of(new Forbidden("The role admin is required."));
        }
        if (e instanceof ConstraintViolationException parameters) {
            List<Violation> errors = parameters.getConstraintViolations().stream()
                    .map(ProblemMapper::violation)
                    .toList();
            return Optional.of(new BadRequest("A parameter is malformed.", errors));
        }
        return SqlErrorMapper.meaning(e)
                .or(() -> Outage.of(e).map(outage -> {
                    database.met(outage, e);
                    return new ServiceUnavailable(Reason.DATABASE, outage.detail() + doubt());
                }));
    }

    private static String doubt() {
        RequestTimeLimit limit = RequestTimeLimit.current();
        return limit == null ? "" : limit.doubt();
    }

    private Problem fault(Throwable e, UriInfo uri) {
        if (!isTooLate(e)) {
            LOG.errorf(e, "%s failed", uri.getPath());
        }
        return Problem.of(500, "An internal error occurred.");
    }

    /**
     * Returns whether the failure only means that the request was answered at its deadline, before its own response was
     * ready.
     */
    private boolean isTooLate(Throwable e) {
        RoutingContext context = request.getCurrent();
        return e instanceof IllegalStateException
                && context != null
                && context.response().ended();
    }

    private Response.ResponseBuilder answer(Problem problem, UriInfo uri) {
        if (REFUSALS.contains(problem.status())) {
            note(problem);
        }
        var answer = Response.status(problem.status())
                .type(Problem.MEDIA_TYPE)
                .entity(problem.at(uri.getRequestUri().getRawPath(), Traces.id()));
        return switch (problem.status()) {
            case 405 -> answer.allow(methods.of(uri.getRequestUri().getRawPath()));
            case 413 -> {
                UnreadBody.closeAfter(request.getCurrent());
                yield answer;
            }
            case 415 ->
                methods.patches(uri.getRequestUri().getRawPath())
                        .map(types -> answer.header(AllowedMethods.ACCEPT_PATCH, types))
                        .orElse(answer);
            case 401 -> answer.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
            case 503 -> answer.header(HttpHeaders.RETRY_AFTER, Problem.RETRY_SECONDS);
            default -> answer;
        };
    }

    private void note(Problem problem) {
        RoutingContext context = request.getCurrent();
        var fields = new HashMap<String, Object>();
        fields.put("status", problem.status());
        fields.put("method", context.request().method());
        fields.put("path", context.request().path());
        if (context.user() instanceof QuarkusHttpUser user
                && !user.getSecurityIdentity().isAnonymous()) {
            fields.put("user", user.getSecurityIdentity().getPrincipal().getName());
        }
        audit.log(Event.REFUSED, clients.current(), fields);
    }

    private static Violation violation(ConstraintViolation<?> violation) {
        String parameter = "";
        for (Path.Node node : violation.getPropertyPath()) {
            parameter = node.getName();
        }
        return Violation.ofParameter(parameter, Violation.Code.of(violation), violation.getMessage());
    }

    private static String detail(int status) {
        return switch (status) {
            case 404 -> "There is no resource at this path.";
            case 405 -> "This method is not allowed for this path.";
            case 406 -> "The resource is not available in a media type that Accept allows.";
            case 415 -> "The media type of the body is not supported.";
            default -> "The request could not be processed.";
        };
    }
}
