package dev.quire.security;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;

/** The configured proxies that are trusted to report the client's address, and the header field that they write. */
@ConfigMapping(prefix = "quire.proxies")
public interface ProxyTrust {
    Optional<List<@WithConverter(CidrBlockConverter.class) CidrBlock>> trusted();

    @WithDefault(ClientAddressResolver.X_FORWARDED_FOR)
    @WithConverter(HeaderConverter.class)
    String header();

    /** A converter that reads an address, or a network such as {@code 10.0.0.0/8}. */
    @RegisterForReflection
    class CidrBlockConverter implements Converter<CidrBlock> {
        @Override
        public CidrBlock convert(String value) {
            return CidrBlock.parse(value)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "must be IP addresses, or networks such as 10.0.0.0/8, separated by commas"));
        }
    }

    /** A converter that reads the name of the header field, which is one of two. */
    @RegisterForReflection
    class HeaderConverter implements Converter<String> {
        @Override
        public String convert(String value) {
            if (!value.equalsIgnoreCase(ClientAddressResolver.X_FORWARDED_FOR)
                    && !value.equalsIgnoreCase(ClientAddressResolver.FORWARDED)) {
                throw new IllegalArgumentException("must be X-Forwarded-For or Forwarded");
            }
            return value;
        }
    }
}
