package dev.quire.http;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * An operation whose responses carry secrets, such as tokens. They are never cached, and never compressed: the compressed
 * size would reveal a secret if an attacker chose the text beside it (BREACH).
 */
@NameBinding
@Retention(RUNTIME)
@Target({METHOD, TYPE})
public @interface Confidential {}
