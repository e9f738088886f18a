package dev.quire.openapi;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.http.Idempotent;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.Problem;
import dev.quire.problem.Problem.Blocker;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.Conflict;
import dev.quire.problem.ProblemException.Forbidden;
import dev.quire.problem.ProblemException.InUse;
import dev.quire.problem.ProblemException.InvalidToken;
import dev.quire.problem.ProblemException.KeyReused;
import dev.quire.problem.ProblemException.LastAdmin;
import dev.quire.problem.ProblemException.NotAcceptable;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.ProblemException.PositionExpired;
import dev.quire.problem.ProblemException.PositionLost;
import dev.quire.problem.ProblemException.PreconditionFailed;
import dev.quire.problem.ProblemException.PreconditionRequired;
import dev.quire.problem.ProblemException.RequestInProgress;
import dev.quire.problem.ProblemException.SecondFactorRequired;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import dev.quire.problem.ProblemException.TooLarge;
import dev.quire.problem.ProblemException.TooManyRequests;
import dev.quire.problem.ProblemException.Unauthenticated;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.ProblemException.UnsupportedMedia;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import jakarta.annotation.security.RolesAllowed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.examples.Example;
import org.jboss.jandex.MethodInfo;

/**
 * The examples of the problems that an operation answers, created by the classes that the service itself uses. Operations
 * with the same examples share a response of the document, which is named after them.
 *
 * @param members the members of the body, none when it is an array or when there is no body
 */
record ProblemExamples(String path, Operation operation, MethodInfo method, Set<String> members) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    /** Returns the examples of this status, by name. */
    Map<String, Example> of(int status) {
        var examples = new LinkedHashMap<String, Example>();
        problems(status).forEach((name, problem) -> {
            Problem placed = problem.at(place(name), TRACE);
            examples.put(
                    name,
                    OASFactory.createExample().summary(placed.detail()).value(JSON.convertValue(placed, Map.class)));
        });
        return examples;
    }

    /** Returns the path of an example, the same for all operations that share it. */
    private String place(String name) {
        boolean ofKind = name.startsWith(kind()) && !path.contains("{name}");
        return ofKind ? "/" + collection() + "/7" : "/posts/7";
    }

    private Map<String, Problem> problems(int status) {
        return switch (status) {
            case 400 -> malformed();
            case 401 -> unauthenticated();
            case 403 -> forbidden();
            case 404 ->
                path.contains("{name}")
                        ? Map.of("nameNotFound", new NotFound("There is no category of this name.").problem())
                        : isByMail()
                                ? Map.of("noMails", new NotFound("This service sends no mails.").problem())
                                : path.endsWith("/totp")
                                        ? Map.of("noSecondFactor", new NotFound("There is no second factor.").problem())
                                        : Map.of(kind() + "NotFound", new NotFound(kind(), 7).problem());
            case 409 -> conflict();
            case 410 -> gone();
            case 422 -> invalid();
            case 429 -> Map.of("tooManyRequests", new TooManyRequests("log-in-account", 10, 900, 60).problem());
            default -> Map.of(camelCase(Problem.of(status, "").title()), common(status));
        };
    }

    /** Returns the problem of a status that is the same for all operations. */
    private static Problem common(int status) {
        return switch (status) {
            case 406 -> new NotAcceptable(List.of("application/json")).problem();
            case 412 -> PreconditionFailed.changed().problem();
            case 413 -> new TooLarge("A body has at most 1048576 bytes.").problem();
            case 415 -> new UnsupportedMedia("Content-Type", Code.UNSUPPORTED, "must be application/json").problem();
            case 428 -> new PreconditionRequired().problem();
            case 503 -> new ServiceUnavailable(Reason.FULL, "The service is overloaded.").problem();
            default -> Problem.of(status, "An internal error occurred.");
        };
    }

    private Map<String, Problem> malformed() {
        var examples = new LinkedHashMap<String, Problem>();
        examples.put(
                "badRequest",
                BadRequest.parameter("limits", Code.UNKNOWN, "is not a parameter of this operation")
                        .problem());
        if (operation.getRequestBody() != null) {
            String detail = "is not valid JSON, or has a name twice, at line 1, column 13";
            examples.put(
                    "badBody",
                    new BadRequest("The body " + detail + ".", List.of(Violation.at("", Code.MALFORMED, detail)))
                            .problem());
        }
        return examples;
    }

    private Map<String, Problem> unauthenticated() {
        if (members.contains("refreshToken")) {
            return Map.of(
                    "badRefreshToken", new Unauthenticated("The refresh token is invalid or has expired.").problem());
        }
        if (members.equals(Set.of("email", "password", "code"))) {
            var examples = new LinkedHashMap<String, Problem>();
            examples.put("badPassword", new Unauthenticated("The email or the password is wrong.").problem());
            examples.put(
                    "secondFactorRequired",
                    new SecondFactorRequired("A code of the authenticator app is required.").problem());
            return examples;
        }
        return Map.of("unauthorized", new InvalidToken("The access token is invalid or has expired.").problem());
    }

    private Map<String, Problem> forbidden() {
        if (method.hasAnnotation(RolesAllowed.class)) {
            return Map.of("adminRequired", new Forbidden("The role admin is required.").problem());
        }
        if (Answers.takes(operation, "include")) {
            return Map.of(
                    "hidden",
                    new Forbidden("The parameter include names address, which is not yours to see.").problem());
        }
        return Map.of("forbidden", new Forbidden("This resource belongs to another user.").problem());
    }

    private Map<String, Problem> conflict() {
        var examples = new LinkedHashMap<String, Problem>();
        if (members.isEmpty() && path.endsWith("/totp")) {
            examples.put("secondFactorExists", new Conflict("", "There is a second factor already.").problem());
        } else if (members.contains("email") || isByMail()) {
            examples.put("emailTaken", new Conflict("/email", "This email is taken.").problem());
        } else if (members.contains("name")) {
            examples.put("nameTaken", new Conflict("/name", "This name is taken.").problem());
        } else if (members.contains("user")) {
            examples.put("addressTaken", new Conflict("/user/id", "The user already has an address.").problem());
        } else if (Answers.takes(operation, "onDelete")) {
            boolean user = kind().equals("user");
            var posts = new Blocker("posts", 3, "/" + collection() + "/7/posts");
            examples.put(
                    kind() + "InUse",
                    new InUse(
                                    "The " + kind() + " has posts.",
                                    List.of(posts),
                                    user ? List.of("cascade", "reassign:{id}") : List.of("unlink"))
                            .problem());
            if (user) {
                examples.put("lastAdmin", new LastAdmin().problem());
            }
        }
        if (method.hasAnnotation(Idempotent.class)) {
            examples.put("underWay", new RequestInProgress().problem());
        }
        return examples;
    }

    private static Map<String, Problem> gone() {
        var examples = new LinkedHashMap<String, Problem>();
        examples.put("positionExpired", new PositionExpired().problem());
        examples.put("positionLost", new PositionLost().problem());
        return examples;
    }

    private Map<String, Problem> invalid() {
        var examples = new LinkedHashMap<String, Problem>();
        if (operation.getRequestBody() == null) {
            examples.put(
                    "tooManyCategories",
                    new UnprocessableEntity(List.of(Violation.ofParameter(
                                    "categoryId", Code.TOO_MANY, "a post has at most 20 categories")))
                            .problem());
        } else if (members.isEmpty()) {
            examples.put(
                    "invalidElement", new UnprocessableEntity("/0", Code.WRONG_TYPE, "must be an object").problem());
        } else {
            String member = members.iterator().next();
            examples.put(
                    camelCase(member + " required"),
                    new UnprocessableEntity("/" + member, Code.REQUIRED, "is required").problem());
        }
        if (method.hasAnnotation(Idempotent.class)) {
            examples.put("keyReused", new KeyReused().problem());
        }
        return examples;
    }

    /** Returns whether the operation does its work by mail, and is not there without a mail server. */
    private boolean isByMail() {
        return path.startsWith("/authentication/recovery") || path.startsWith("/authentication/confirmation");
    }

    /** Returns the singular of the collection that the path begins with, which is named in problems. */
    private String kind() {
        return collection().replaceFirst("ies$", "y").replaceFirst("(?<=ss)es$|(?<!s)s$", "");
    }

    private String collection() {
        return path.split("[/{]")[path.contains("/sessions") ? 2 : 1];
    }

    private static String camelCase(String words) {
        var camel = new StringBuilder();
        for (String word : words.split("[^A-Za-z]+")) {
            camel.append(
                    camel.isEmpty()
                            ? word.substring(0, 1).toLowerCase(Locale.ROOT)
                            : word.substring(0, 1).toUpperCase(Locale.ROOT));
            camel.append(word.substring(1));
        }
        return camel.toString();
    }
}
