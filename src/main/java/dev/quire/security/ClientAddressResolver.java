package dev.quire.security;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tells who sends a request. Behind proxies that the configuration trusts it is who they say, in the one header that
 * they write: each appends the address that it sees, so the first from the end that is not a trusted proxy's is the
 * client's. What stands before it may be of the client's own making, which is why Quarkus, that takes the first from the
 * beginning, is not asked.
 */
@Singleton
public class ClientAddressResolver {
    static final String FORWARDED = "Forwarded";
    static final String X_FORWARDED_FOR = "X-Forwarded-For";
    private static final Pattern FOR = Pattern.compile("(?i)(?:^|;)\\s*for=\"?([^\";]*)\"?");
    private static final Pattern PROTO = Pattern.compile("(?i)(?:^|;)\\s*proto=\"?([^\";]*)\"?");
    private static final Pattern PORT = Pattern.compile("^(?:\\[([^\\]]+)\\](?::.*)?|([^:]+):.*)$");

    private final CurrentVertxRequest request;
    private final List<CidrBlock> trusted;
    private final boolean standard;

    ClientAddressResolver(CurrentVertxRequest request, ProxyTrust proxies) {
        this.request = request;
        this.trusted = proxies.trusted().orElse(List.of());
        this.standard = proxies.header().equalsIgnoreCase(FORWARDED);
    }

    /** Who sends the request that is under way. */
    public Client current() {
        HttpServerRequest current = request.getCurrent().request();
        return new Client(address(current), current.getHeader(HttpHeaders.USER_AGENT));
    }

    /** The address of the client. */
    public String address(HttpServerRequest current) {
        byte[] address = peer(current);
        List<String> hops = hops(current);
        for (int i = hops.size() - 1; i >= 0 && isTrusted(address); i--) {
            Optional<byte[]> before = CidrBlock.bytes(host(hops.get(i)));
            if (before.isEmpty()) {
                break;
            }
            address = before.get();
        }
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the client came by TLS, as far as to here or to a trusted proxy. */
    public boolean secure(HttpServerRequest current) {
        if (current.isSSL()) {
            return true;
        }
        List<String> protocols = standard
                ? elements(current, FORWARDED)
                        .map(element -> of(PROTO, element))
                        .toList()
                : elements(current, "X-Forwarded-Proto").toList();
        return isTrusted(peer(current))
                && !protocols.isEmpty()
                && protocols.get(protocols.size() - 1).equalsIgnoreCase("https");
    }

    private List<String> hops(HttpServerRequest current) {
        return standard
                ? elements(current, FORWARDED).map(element -> of(FOR, element)).toList()
                : elements(current, X_FORWARDED_FOR).toList();
    }

    private static Stream<String> elements(HttpServerRequest current, String header) {
        return current.headers().getAll(header).stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .map(String::trim);
    }

    private static String of(Pattern pattern, String element) {
        Matcher matcher = pattern.matcher(element);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static String host(String hop) {
        Matcher matcher = PORT.matcher(hop);
        // An IPv6 address without brackets has more than one colon, and no port.
        if (!matcher.matches() || matcher.group(1) == null && hop.indexOf(':') != hop.lastIndexOf(':')) {
            return hop;
        }
        return matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    }

    private boolean isTrusted(byte[] address) {
        return trusted.stream().anyMatch(network -> network.has(address));
    }

    private static byte[] peer(HttpServerRequest current) {
        return CidrBlock.bytes(current.connection().remoteAddress().hostAddress())
                .orElse(new byte[4]);
    }
}
