package dev.quire.http;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * A write that a batch may contain. Its parameters are those of the path, those of the query, beans with public fields for
 * those of the query, and the body.
 */
@Retention(RUNTIME)
@Target(METHOD)
public @interface Batchable {}
