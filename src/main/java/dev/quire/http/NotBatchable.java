package dev.quire.http;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.TYPE;

import java.lang.annotation.Target;

/** A write, or all writes of a resource, that no batch may contain. Every other write is {@link Batchable}. */
@Target({METHOD, TYPE})
public @interface NotBatchable {
    /** Returns the reason. */
    String value();
}
