package dev.quire.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.parameters.RequestBody;

/** The password of the demo users, which the examples of the document have in development mode, so that they can be sent. */
public class DemoPassword implements OASFilter {
    /** The file with the password, beside the embedded database and deleted with it. */
    static final Path FILE = Path.of("target", "demo-password");

    /** The member that holds the password in an example with these members. */
    private static final Map<Set<String>, String> PLACES =
            Map.of(Set.of("email", "password"), "password", Set.of("current", "new"), "current");

    /** Returns the password, a different one in each checkout: a password in a repository would be public. */
    static String read() {
        try {
            if (!Files.exists(FILE)) {
                Files.createDirectories(FILE.getParent());
                Files.writeString(FILE, UUID.randomUUID().toString());
            }
            return Files.readString(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public RequestBody filterRequestBody(RequestBody body) {
        body.getContent().getMediaTypes().values().forEach(DemoPassword::complete);
        return body;
    }

    private static void complete(MediaType media) {
        if (media.getExample() instanceof Map<?, ?> example && PLACES.containsKey(example.keySet())) {
            var known = new HashMap<Object, Object>(example);
            known.put(PLACES.get(example.keySet()), read());
            media.setExample(known);
        }
    }
}
