package dev.quire.http;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * An operation whose representations depend on the caller. Caches keep them apart by Authorization, and store none that was
 * read with a token. An operation without this annotation shows the same to everyone who may use it.
 */
@NameBinding
@Retention(RUNTIME)
@Target({METHOD, TYPE})
public @interface VariesByReader {}
