package dev.quire.http;

import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The path and the query of a request (RFC 9112, section 3.2), in the one spelling by which requests are routed and every
 * policy is applied. Routers and frameworks differ on equal paths, so only one spelling reaches them.
 */
public final class RequestTarget {
    /** Unreserved characters, the delimiters that only separate, and the percent sign. */
    private static final String PLAIN = "-._~!$&'()*+,=:@/?%";

    /** Characters that browsers send unencoded. Frameworks cut paths and queries at the first, the semicolon. */
    private static final String ENCODED = ";[]\\^`{|}";

    private RequestTarget() {}

    /**
     * Returns the normal spelling: without an authority and a trailing slash, with {@code ;} percent-encoded, so that it is
     * a character like any other, and with {@code -._~} unencoded in the path, since some clients percent-encode them.
     *
     * @throws BadRequest when there is none: a path with empty or dot segments, with percent-encoded letters or digits, or
     *     with characters that no URI has; bytes that are not UTF-8
     */
    public static String normal(String target) {
        String origin = withoutAuthority(target);
        int end = origin.indexOf('?');
        String path = normalPath(end < 0 ? origin : origin.substring(0, end));
        return end < 0 ? path : path + "?" + normalQuery(origin.substring(end + 1));
    }

    private static String withoutAuthority(String target) {
        if (target.regionMatches(true, 0, "http://", 0, 7) || target.regionMatches(true, 0, "https://", 0, 8)) {
            String rest = target.substring(target.indexOf("://") + 3);
            int authority = 0;
            while (authority < rest.length() && "/?".indexOf(rest.charAt(authority)) < 0) {
                authority++;
            }
            String origin = rest.substring(authority);
            return origin.startsWith("/") ? origin : "/" + origin;
        }
        return target;
    }

    private static String normalPath(String path) {
        try {
            String normal = unreservedDecoded(spelt(path));
            if (!normal.startsWith("/")) {
                throw new IllegalArgumentException("must begin with a slash");
            }
            if (normal.length() == 1) {
                return normal;
            }
            String whole = normal.endsWith("/") ? normal.substring(0, normal.length() - 1) : normal;
            for (String segment : whole.substring(1).split("/", -1)) {
                if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                    throw new IllegalArgumentException("must not have empty or dot segments");
                }
            }
            return whole;
        } catch (IllegalArgumentException e) {
            throw new BadRequest(
                    "The path " + e.getMessage() + ".",
                    List.of(Violation.ofParameter("path", Code.MALFORMED, e.getMessage())));
        }
    }

    private static String normalQuery(String query) {
        var normal = new StringBuilder(query.length());
        for (String pair : query.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            if (parts[0].isEmpty() && parts.length > 1) {
                throw BadRequest.parameter(pair, Code.MALFORMED, "must have a name before the =");
            }
            try {
                normal.append(normal.isEmpty() ? "" : "&").append(spelt(parts[0]));
                if (parts.length > 1) {
                    normal.append('=').append(spelt(parts[1]));
                }
            } catch (IllegalArgumentException e) {
                throw BadRequest.parameter(parts[0], Code.MALFORMED, e.getMessage());
            }
        }
        return normal.toString();
    }

    /** Percent-encodes the characters that browsers send unencoded. */
    private static String spelt(String text) {
        StringBuilder spelt = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c < 128 && Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0;
            if (!plain && ENCODED.indexOf(c) < 0) {
                throw new IllegalArgumentException("must have " + name(c) + " percent-encoded, as UTF-8");
            }
            if (!plain && spelt == null) {
                spelt = new StringBuilder(text.substring(0, i));
            }
            if (spelt != null) {
                spelt.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
            }
        }
        requireUtf8(text);
        return spelt == null ? text : spelt.toString();
    }

    private static String name(char c) {
        return c > ' ' && c < 127 ? String.valueOf(c) : "bytes such as 0x%02X".formatted((int) c);
    }

    private static void requireUtf8(String text) {
        if (text.indexOf('%') < 0) {
            return;
        }
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                bytes.write(octet(text, i));
                i += 2;
            } else {
                bytes.write(text.charAt(i));
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("must be percent-encoded UTF-8", e);
        }
    }

    private static int octet(String text, int place) {
        int high = place + 2 < text.length() ? Character.digit(text.charAt(place + 1), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(text.charAt(place + 2), 16);
        if (low < 0) {
            throw new IllegalArgumentException("must have two hexadecimal digits behind each %");
        }
        return high * 16 + low;
    }

    private static String unreservedDecoded(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        var decoded = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            char hidden = c == '%' ? (char) octet(path, i) : c;
            if (c != '%') {
                decoded.append(c);
            } else if (hidden < 128 && Character.isLetterOrDigit(hidden)) {
                throw new IllegalArgumentException("must not have letters or digits percent-encoded");
            } else if ("-._~".indexOf(hidden) >= 0) {
                decoded.append(hidden);
                i += 2;
            } else {
                decoded.append(path, i, i + 3);
                i += 2;
            }
        }
        return decoded.toString();
    }
}
