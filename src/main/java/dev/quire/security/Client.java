package dev.quire.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * The sender of a request, as far as it can be known without a token.
 *
 * @param address the IP address
 * @param userAgent the {@code User-Agent} of the request; null when absent
 */
public record Client(String address, String userAgent) {
    /** Returns the network that counts as a single client: an IPv4 address, or the first 64 bits of an IPv6 address. */
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
