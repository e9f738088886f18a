package dev.quire.problem;

import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.Problem.Blocker;
import dev.quire.problem.Problem.Kind;
import dev.quire.problem.Violation.Code;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** A problem that is reported to the client: a subclass for each kind of error, with its status. */
public abstract class ProblemException extends RuntimeException {
    private final Problem problem;

    private ProblemException(Problem problem) {
        // A rejection is a response, not a fault. Nobody reads its stack trace, so none is taken.
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** Returns the body of the response, without the path of the request. */
    public Problem problem() {
        return problem;
    }

    /** Status 404: the resource was not found. */
    public static final class NotFound extends ProblemException {
        public NotFound(String what, long id) {
            this("There is no " + what + " " + id + ".");
        }

        public NotFound(String detail) {
            super(Problem.of(404, detail));
        }
    }

    /** Status 405: the path does not allow the method. The response must name the allowed methods. */
    public static final class MethodNotAllowed extends ProblemException {
        public MethodNotAllowed() {
            super(Problem.of(405, "This method is not allowed for this path."));
        }
    }

    /** Status 401: the caller is not authenticated. */
    public static final class Unauthenticated extends ProblemException {
        public Unauthenticated(String detail) {
            super(Problem.of(401, detail));
        }
    }

    /** Status 401: the token is invalid (RFC 6750, section 3.1). */
    public static final class InvalidToken extends ProblemException {
        public InvalidToken(String detail) {
            super(Problem.of(401, detail));
        }
    }

    /** Status 401: the log-in of the caller is too long ago (RFC 9470, section 3). */
    public static final class InsufficientAuthentication extends ProblemException {
        private final long maxAge;

        /**
         * @param maxAge the age of a log-in that would do
         */
        public InsufficientAuthentication(Duration maxAge) {
            super(Problem.of(401, "This needs a recent log-in. Log in again."));
            this.maxAge = maxAge.toSeconds();
        }

        public long maxAge() {
            return maxAge;
        }
    }

    /** Status 401: the password is right, and a code of the second factor is missing or wrong. */
    public static final class SecondFactorRequired extends ProblemException {
        public SecondFactorRequired(String detail) {
            super(Problem.of(401, detail).as(Kind.SECOND_FACTOR_REQUIRED));
        }
    }

    /** Status 403: the authenticated caller may not do this. */
    public static final class Forbidden extends ProblemException {
        public Forbidden(String detail) {
            super(Problem.of(403, detail));
        }
    }

    /** Status 409: a unique value is already taken. */
    public static final class Conflict extends ProblemException {
        public Conflict(String pointer, String detail) {
            super(Problem.of(409, detail).as(Kind.TAKEN).with(List.of(Violation.at(pointer, Code.TAKEN, "is taken"))));
        }

        /** Returns this conflict for a value that stands at this place in the body. */
        public Conflict at(String place) {
            return new Conflict(
                    place + problem().errors().get(0).pointer(), problem().detail());
        }
    }

    /** Status 409: rows still refer to the row to be deleted. */
    public static final class InUse extends ProblemException {
        /**
         * @param policies values of {@code onDelete} that would work
         */
        public InUse(String detail, List<Blocker> relations, List<String> policies) {
            super(Problem.of(409, detail).as(Kind.IN_USE).with(relations, policies));
        }
    }

    /** Status 409: after the deletion of this user nobody would have the role admin. */
    public static final class LastAdmin extends ProblemException {
        public LastAdmin() {
            super(Problem.of(409, "The last admin can't be deleted.").as(Kind.LAST_ADMIN));
        }
    }

    /** Status 410: rows that were deleted after this position have been forgotten. */
    public static final class PositionExpired extends ProblemException {
        public PositionExpired() {
            super(Problem.of(410, "This position is too old. Start again without it.")
                    .as(Kind.POSITION_EXPIRED));
        }
    }

    /** Status 410: the position belongs to a database that was replaced. */
    public static final class PositionLost extends ProblemException {
        public PositionLost() {
            super(Problem.of(410, "This position belongs to a database that was replaced. Start again without it.")
                    .as(Kind.POSITION_LOST));
        }
    }

    /** Status 400: the request can't be understood, such as a body that does not parse or a malformed parameter. */
    public static final class BadRequest extends ProblemException {
        public BadRequest(String detail, List<Violation> errors) {
            super(Problem.of(400, detail).with(errors));
        }

        /** Creates the problem of a malformed or unknown path or query parameter. */
        public static BadRequest parameter(String name, Code code, String detail) {
            return new BadRequest(
                    "The parameter " + name + " " + detail + ".", List.of(Violation.ofParameter(name, code, detail)));
        }
    }

    /** Status 400, 414, 431 or 505: the head of the request can't be read, so the start of the next request is unknown. */
    public static final class UnreadableHead extends ProblemException {
        public UnreadableHead(int status, String detail, List<Violation> errors) {
            super(Problem.of(status, detail).with(errors));
        }
    }

    /** Status 409: a request with the same idempotency key is in progress. */
    public static final class RequestInProgress extends ProblemException {
        public RequestInProgress() {
            super(Problem.of(409, "A request with this Idempotency-Key is still in progress.")
                    .as(Kind.UNDER_WAY)
                    .with(List.of(Violation.ofHeader(
                            "Idempotency-Key", Code.IN_PROGRESS, "belongs to a request that is still in progress"))));
        }
    }

    /**
     * Status 422: the idempotency key was used for a different request (draft-ietf-httpapi-idempotency-key-header, section
     * 2.7).
     */
    public static final class KeyReused extends ProblemException {
        public KeyReused() {
            super(Problem.of(422, "This Idempotency-Key was already used for a different request.")
                    .as(Kind.KEY_REUSED)
                    .with(List.of(
                            Violation.ofHeader("Idempotency-Key", Code.REUSED, "was used for a different request"))));
        }
    }

    /** Status 412: a precondition does not hold (RFC 9110, section 15.5.13). */
    public static final class PreconditionFailed extends ProblemException {
        private PreconditionFailed(String header, String detail, Code code, String fault) {
            super(Problem.of(412, detail).with(List.of(Violation.ofHeader(header, code, fault))));
        }

        /** Returns the problem of {@code If-Match}. */
        public static PreconditionFailed changed() {
            return new PreconditionFailed(
                    "If-Match",
                    "The resource has changed since it was read: If-Match does not match its current ETag.",
                    Code.CHANGED,
                    "does not match the current ETag");
        }

        /** Returns the problem of {@code If-None-Match}. */
        public static PreconditionFailed exists() {
            return new PreconditionFailed(
                    "If-None-Match",
                    "The resource exists, and If-None-Match matches its current ETag.",
                    Code.EXISTS,
                    "matches the current ETag");
        }
    }

    /** Status 428: the configuration requires a precondition (RFC 6585, section 3). */
    public static final class PreconditionRequired extends ProblemException {
        public PreconditionRequired() {
            super(Problem.of(428, "This request needs an If-Match header with the ETag that was read.")
                    .with(List.of(Violation.ofHeader("If-Match", Code.REQUIRED, "is required"))));
        }
    }

    /** Status 413: the body is too large. */
    public static final class TooLarge extends ProblemException {
        public TooLarge(String detail) {
            super(Problem.of(413, detail));
        }
    }

    /** Status 406: the response is not available in an accepted media type. */
    public static final class NotAcceptable extends ProblemException {
        public NotAcceptable(Collection<String> types) {
            super(Problem.of(406, "The resource is not available in a media type that Accept allows.")
                    .with(List.of(Violation.ofHeader(
                            "Accept", Code.UNSUPPORTED, "must allow " + String.join(" or ", types)))));
        }
    }

    /** Status 415: the media type or the content coding of the body is not supported. */
    public static final class UnsupportedMedia extends ProblemException {
        private final String header;

        /**
         * @param header the header field that names the media type or the content coding
         */
        public UnsupportedMedia(String header, Code code, String detail) {
            super(Problem.of(415, "The body can't be read: " + header + " " + detail + ".")
                    .with(List.of(Violation.ofHeader(header, code, detail))));
            this.header = header;
        }

        public boolean isOfCoding() {
            return header.equalsIgnoreCase("Content-Encoding");
        }
    }

    /** Status 422: the body can be understood, but is invalid. */
    public static final class UnprocessableEntity extends ProblemException {
        /** The greatest number of violations that are reported. */
        public static final int MAX = 100;

        public UnprocessableEntity(List<Violation> errors) {
            super(Problem.of(422, "The body is invalid.")
                    .as(Kind.INVALID)
                    .with(errors.subList(0, Math.min(errors.size(), MAX))));
        }

        public UnprocessableEntity(String pointer, Code code, String detail) {
            this(List.of(Violation.at(pointer, code, detail)));
        }
    }

    /** Status 429: too many attempts (rate limiting, draft-ietf-httpapi-ratelimit-headers). */
    public static final class TooManyRequests extends ProblemException {
        private final String policy;
        private final String limited;
        private final int seconds;

        /**
         * @param policy the name of the limit
         * @param limit the number of attempts that are allowed in a window
         * @param window the length of the window in seconds
         * @param seconds the time in seconds until the end of the window
         */
        public TooManyRequests(String policy, int limit, long window, int seconds) {
            super(Problem.of(429, "Too many attempts."));
            this.policy = "\"" + policy + "\";q=" + limit + ";w=" + window;
            this.limited = "\"" + policy + "\";r=0;t=" + seconds;
            this.seconds = seconds;
        }

        public String policy() {
            return policy;
        }

        public String limited() {
            return limited;
        }

        public String seconds() {
            return Integer.toString(seconds);
        }
    }

    /** Status 503: the request can't be served now, but may be later. */
    public static final class ServiceUnavailable extends ProblemException {
        private final Reason reason;

        public ServiceUnavailable(Reason reason, String detail) {
            super(Problem.of(503, detail));
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
    }
}
