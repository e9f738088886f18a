package dev.quire.security;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** A block of all IP addresses that begin with the same bits, such as {@code 10.0.0.0/8}. */
record CidrBlock(byte[] address, int bits) {
    /** Parses an address, or an address and a number of bits; empty when the text is neither. */
    static Optional<CidrBlock> parse(String text) {
        String[] parts = text.trim().split("/", 2);
        return bytes(parts[0]).flatMap(address -> {
            int most = address.length * 8;
            if (parts.length == 1) {
                return Optional.of(new CidrBlock(address, most));
            }
            return parts[1].matches("[0-9]{1,3}") && Integer.parseInt(parts[1]) <= most
                    ? Optional.of(new CidrBlock(address, Integer.parseInt(parts[1])))
                    : Optional.empty();
        });
    }

    boolean has(byte[] other) {
        if (other.length != address.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> i % 8;
            if (((address[i / 8] ^ other[i / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the bytes of a literal address, which is never resolved as a name; empty when the text is not an address. An
     * IPv4-mapped IPv6 address gives the bytes of the IPv4 address.
     */
    static Optional<byte[]> bytes(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        try {
            return bytes == null
                    ? Optional.empty()
                    : Optional.of(InetAddress.getByAddress(bytes).getAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
