package dev.quire.user;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import java.util.regex.Pattern;

/** The validator of {@link Email}. Unlike that of Bean Validation itself, it checks the length before the syntax. */
public class EmailValidator implements ConstraintValidator<Email, String> {
    private static final String ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]++";
    private static final String QUOTED = "\"(?:[ -!#-\\[\\]-~]|\\\\[ -~])++\"";
    private static final String LABEL = "(?![^.]{64})[a-z0-9!#$%&'*+/=?^_`{|}~]++(?:-++[a-z0-9!#$%&'*+/=?^_`{|}~]++)*+";
    private static final String LITERAL = "\\[(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|IPv6:[0-9a-f:.]{2,45})\\]";

    private static final Pattern MAILBOX = Pattern.compile(
            "(?=.{1,64}@[^@]*$)(?:%1$s(?:\\.%1$s)*+|%2$s)@(?:%3$s(?:\\.%3$s)*+|%4$s)"
                    .formatted(ATOM, QUOTED, LABEL, LITERAL),
            Pattern.CASE_INSENSITIVE);

    @Override
    public boolean isValid(String value, ConstraintValidatorContext context) {
        return value == null || matches(value);
    }

    /** Returns whether a text is an email address. */
    public static boolean matches(String text) {
        return text.length() <= Email.MAX && MAILBOX.matcher(text).matches();
    }
}
