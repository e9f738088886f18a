package dev.quire.problem;

import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.Problem.Blocker;
import java.util.Collection;
import java.util.List;

/** Something that the client has to hear about: one kind for each thing that can go wrong, with its status. */
public abstract class ProblemException extends RuntimeException {
    private final Problem problem;

    private ProblemException(Problem problem) {
        // A refusal is an answer, not a fault: nobody reads its stack trace, so none is taken.
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** The body of the answer, without the path of the request. */
    public Problem problem() {
        return problem;
    }

    /** 404: there is no such thing. */
    public static final class NotFound extends ProblemException {
        public NotFound(String what, long id) {
            this("There is no " + what + " " + id + ".");
        }

        public NotFound(String detail) {
            super(Problem.of(404, detail));
        }
    }

    /** 405: the path does not have the method; the answer has to name those it has. */
    public static final class MethodNotAllowed extends ProblemException {
        public MethodNotAllowed() {
            super(Problem.of(405, "This method is not allowed for this path."));
        }
    }

    /** 401: nobody is logged in. */
    public static final class Unauthenticated extends ProblemException {
        public Unauthenticated(String detail) {
            super(Problem.of(401, detail));
        }
    }

    /** 401: there is a token, and it is not valid, RFC 6750 section 3.1. */
    public static final class InvalidToken extends ProblemException {
        public InvalidToken(String detail) {
            super(Problem.of(401, detail));
        }
    }

    /** 403: whoever is logged in may not do this. */
    public static final class Forbidden extends ProblemException {
        public Forbidden(String detail) {
            super(Problem.of(403, detail));
        }
    }

    /** 409: somebody else has what may be had once only. */
    public static final class Conflict extends ProblemException {
        public Conflict(String pointer, String detail) {
            super(Problem.of(409, detail).as("taken").with(List.of(Violation.at(pointer, "is taken"))));
        }

        /** The same of what stands there in the body. */
        public Conflict at(String place) {
            return new Conflict(
                    place + problem().errors().get(0).pointer(), problem().detail());
        }
    }

    /** 409: rows still point at what should be deleted. */
    public static final class InUse extends ProblemException {
        /**
         * @param policies values of {@code onDelete} that would work
         */
        public InUse(String detail, List<Blocker> relations, List<String> policies) {
            super(Problem.of(409, detail).as("in-use").with(relations, policies));
        }
    }

    /** 409: after the deletion of this user nobody would have the role admin. */
    public static final class LastAdmin extends ProblemException {
        public LastAdmin() {
            super(Problem.of(409, "The last admin can't be deleted.").as("last-admin"));
        }
    }

    /** 400: the request as such can't be understood, such as a body that does not parse or a malformed parameter. */
    public static final class BadRequest extends ProblemException {
        public BadRequest(String detail, List<Violation> errors) {
            super(Problem.of(400, detail).with(errors));
        }

        /** A path or query parameter that is malformed or unknown. */
        public static BadRequest parameter(String name, String detail) {
            return new BadRequest(
                    "The parameter " + name + " " + detail + ".", List.of(Violation.ofParameter(name, detail)));
        }
    }

    /** 400, 414, 431 or 505: the head of the request can't be read, and with it where the next request begins. */
    public static final class UnreadableHead extends ProblemException {
        public UnreadableHead(int status, String detail, List<Violation> errors) {
            super(Problem.of(status, detail).with(errors));
        }
    }

    /** 409: the same request, by its key, is being answered. */
    public static final class RequestInProgress extends ProblemException {
        public RequestInProgress() {
            super(Problem.of(409, "A request with this Idempotency-Key is still in progress.")
                    .as("under-way")
                    .with(List.of(
                            Violation.ofHeader("Idempotency-Key", "belongs to a request that is still in progress"))));
        }
    }

    /** 422: the key was used for a different request, draft-ietf-httpapi-idempotency-key-header section 2.7. */
    public static final class KeyReused extends ProblemException {
        public KeyReused() {
            super(Problem.of(422, "This Idempotency-Key was already used for a different request.")
                    .as("key-reused")
                    .with(List.of(Violation.ofHeader("Idempotency-Key", "was used for a different request"))));
        }
    }

    /** 412: a precondition is not fulfilled, RFC 9110 section 15.5.13. */
    public static final class PreconditionFailed extends ProblemException {
        private PreconditionFailed(String header, String detail, String fault) {
            super(Problem.of(412, detail).with(List.of(Violation.ofHeader(header, fault))));
        }

        /** Returns the problem of {@code If-Match}. */
        public static PreconditionFailed changed() {
            return new PreconditionFailed(
                    "If-Match",
                    "The resource has changed since it was read: If-Match does not match its current ETag.",
                    "does not match the current ETag");
        }

        /** Returns the problem of {@code If-None-Match}. */
        public static PreconditionFailed exists() {
            return new PreconditionFailed(
                    "If-None-Match",
                    "The resource exists, and If-None-Match matches its current ETag.",
                    "matches the current ETag");
        }
    }

    /** 428: the configuration demands a precondition, RFC 6585 section 3. */
    public static final class PreconditionRequired extends ProblemException {
        public PreconditionRequired() {
            super(Problem.of(428, "This request needs an If-Match header with the ETag that was read.")
                    .with(List.of(Violation.ofHeader("If-Match", "is required"))));
        }
    }

    /** 413: the body is larger than it may be. */
    public static final class TooLarge extends ProblemException {
        public TooLarge(String detail) {
            super(Problem.of(413, detail));
        }
    }

    /** 406: the answer can't be had in a media type that is accepted. */
    public static final class NotAcceptable extends ProblemException {
        public NotAcceptable(Collection<String> types) {
            super(Problem.of(406, "The resource is not available in a media type that Accept allows.")
                    .with(List.of(Violation.ofHeader("Accept", "must allow " + String.join(" or ", types)))));
        }
    }

    /** 415: the body is of a media type or a content coding that is not read. */
    public static final class UnsupportedMedia extends ProblemException {
        private final String header;

        /**
         * @param header the field that says so
         */
        public UnsupportedMedia(String header, String detail) {
            super(Problem.of(415, "The body can't be read: " + header + " " + detail + ".")
                    .with(List.of(Violation.ofHeader(header, detail))));
            this.header = header;
        }

        public boolean isOfCoding() {
            return header.equalsIgnoreCase("Content-Encoding");
        }
    }

    /** 422: the body can be understood, and is not acceptable. */
    public static final class UnprocessableEntity extends ProblemException {
        /** The most violations that are reported. */
        public static final int MAX = 100;

        public UnprocessableEntity(List<Violation> errors) {
            super(Problem.of(422, "The body is invalid.")
                    .as("invalid")
                    .with(errors.subList(0, Math.min(errors.size(), MAX))));
        }

        public UnprocessableEntity(String pointer, String detail) {
            this(List.of(Violation.at(pointer, detail)));
        }
    }

    /** 429: too many attempts, draft-ietf-httpapi-ratelimit-headers. */
    public static final class TooManyRequests extends ProblemException {
        private final String policy;
        private final String limited;
        private final int seconds;

        /**
         * @param policy the name of the limit
         * @param limit how many there may be in a window
         * @param window its length in seconds
         * @param seconds until it is over
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

    /** 503: not now, but later. */
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
