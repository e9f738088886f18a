package dev.quire.auth;

import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation.Code;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The token that was mailed, or the code. */
@Schema(
        name = "CompletedConfirmation",
        description = "Either the token, or the code",
        minProperties = 1,
        maxProperties = 1)
public record CompleteConfirmationInput(
        @Schema(maxLength = MAX_TOKEN, description = "What is behind the # of the link", examples = EXAMPLE)
        @Size(max = MAX_TOKEN, message = TOO_LONG)
        String token,

        @Schema(maxLength = MAX_CODE, description = "Needs an access token of the user", examples = "7KQ2 M4XP")
        @Size(max = MAX_CODE, message = TOO_LONG)
        String code) {

    static final int MAX_TOKEN = 100;
    static final int MAX_CODE = 40;
    static final String EXAMPLE = "vR1yXbq0Yc8T3m1yq3n2uQ7m4mS8wz1K9pL5dTfGhJk";
    static final String TOO_LONG = "is too long";

    /**
     * Requires either a token or a code.
     *
     * @throws UnprocessableEntity for both or neither
     */
    void requireOne() {
        if ((token == null) == (code == null)) {
            throw new UnprocessableEntity("", Code.REQUIRED, "must have either token or code");
        }
    }

    /** Returns the problem of a token or a code that can't be used, which says nothing of the reason. */
    static UnprocessableEntity refusal(boolean byToken) {
        return byToken
                ? new UnprocessableEntity("/token", Code.INCORRECT, "is not a token that can be used")
                : new UnprocessableEntity("/code", Code.INCORRECT, "is not a code that can be used");
    }

    @Override
    public String toString() {
        return "CompleteConfirmationInput[]";
    }
}
