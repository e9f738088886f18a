package dev.quire.mail;

import io.quarkus.arc.Arc;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Locale.LanguageRange;

/** The language of a mail: of those that there are texts in, the one that the request prefers (RFC 4647). */
@Singleton
class MailLanguage {
    /** The languages, the first being the default. */
    static final List<String> ALL = List.of("en", "de", "es", "nb");

    /** The maximum length of the header that is read: the time to read one grows faster than its length. */
    private static final int MAX_LENGTH = 200;

    private static final List<String> NORWEGIAN = List.of("no", "nn");

    private final CurrentVertxRequest request;

    MailLanguage(CurrentVertxRequest request) {
        this.request = request;
    }

    /** Returns the language for the current request, the default outside of one. */
    String current() {
        RoutingContext current = Arc.container().requestContext().isActive() ? request.getCurrent() : null;
        return current == null ? ALL.get(0) : of(current.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE));
    }

    /** Returns the language for a value of {@code Accept-Language}, the default for one that is missing, malformed or too long. */
    static String of(String accepted) {
        if (accepted == null || accepted.length() > MAX_LENGTH) {
            return ALL.get(0);
        }
        try {
            for (LanguageRange range : LanguageRange.parse(accepted)) {
                String language = range.getRange().split("-", 2)[0].toLowerCase(Locale.ROOT);
                String known = NORWEGIAN.contains(language) ? "nb" : language;
                if (range.getWeight() > 0 && ALL.contains(known)) {
                    return known;
                }
            }
        } catch (IllegalArgumentException e) {
            // No reason to refuse a request
        }
        return ALL.get(0);
    }
}
