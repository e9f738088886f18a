package dev.quire.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Who sends a request, as far as that can be known without a token.
 *
 * @param address an IP address
 * @param userAgent what the client says that it is; null when it does not
 */
public record Client(String address, String userAgent) {
    /** The part of the network that one client can be taken to have to itself: an IPv4 address, or 64 bits of IPv6. */
    public String network() {
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            if (bytes.length == 4) {
                return address;
            }
            Arrays.fill(bytes, 8, 16, (byte) 0);
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
