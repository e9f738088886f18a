package dev.quire.http;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * An operation that creates something. A client without a response may repeat it with the same {@code Idempotency-Key}
 * (draft-ietf-httpapi-idempotency-key-header). Its service stores the response with {@link IdempotencyKeys#executeOnce}.
 */
@InterceptorBinding
@Retention(RUNTIME)
@Target({METHOD, TYPE})
public @interface Idempotent {
    /** The header field with the key. */
    String KEY = "Idempotency-Key";
}
