package dev.quire.client;

/**
 * Who sends a request, as far as that can be known without a token.
 *
 * @param address an IP address
 * @param userAgent what the client says that it is; null when it does not
 */
public record Client(String address, String userAgent) {}
