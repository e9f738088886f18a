package dev.quire.http;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * An operation that waits for password hashing, whose queue has a limit of its own. Such requests take no capacity from the
 * others, and must not, however many there are: load shedding does not count them.
 */
@NameBinding
@Retention(RUNTIME)
@Target({METHOD, TYPE})
public @interface HashesPassword {}
