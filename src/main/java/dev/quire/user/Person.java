package dev.quire.user;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A user as the reader may see them. */
@Schema(oneOf = {UserView.class, AuthorView.class})
public sealed interface Person permits UserView, AuthorView {}
