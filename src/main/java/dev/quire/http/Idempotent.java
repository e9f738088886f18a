package dev.quire.http;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * An operation that makes something, and that a client may repeat with the same {@code Idempotency-Key} when it has no
 * answer (draft-ietf-httpapi-idempotency-key-header). Its service stores the answer by {@link IdempotencyKeys#executeOnce}.
 */
@InterceptorBinding
@Retention(RUNTIME)
@Target({METHOD, TYPE})
public @interface Idempotent {
    /** The header field of the key. */
    String KEY = "Idempotency-Key";
}
