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
 * The resolver of client addresses. Behind trusted proxies, the address is read from the configured header that they write.
 * Each proxy appends the address that it sees, so the last address that is not a trusted proxy's is the client's. The
 * addresses before it may be forged by the client. For this reason the resolution of Quarkus, which takes the first address,
 * is not used.
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

    ClientAddressResolver(CurrentVertxRequest request, SecuritySettings settings) {
        this.request = request;
        this.trusted = settings.proxies().trusted().orElse(List.of());
        this.standard = settings.proxies().header().equalsIgnoreCase(FORWARDED);
    }

    /** Returns the client of the current request. */
    public Client current() {
        HttpServerRequest current = request.getCurrent().request();
        return new Client(address(current), current.getHeader(HttpHeaders.USER_AGENT));
    }

    /** Returns the IP address of the client. */
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

    /** Returns whether the client connected over TLS, to this service or to a trusted proxy. */
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
        // An IPv6 address without brackets has several colons and no port.
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
