package dev.quire.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper.RequestPath;
import org.jboss.resteasy.reactive.server.mapping.URITemplate;
import org.junit.jupiter.api.Test;

/** The path matching of Quarkus REST, outside its public API, as far as batches rely on it. */
class RequestMapperTest {
    private static final RequestMapper<String> MAPPER = new RequestMapper<>(new ArrayList<>(Stream.of(
                    "/posts",
                    "/posts/{id}",
                    "/posts/{id}/categories/{categoryId}",
                    "/{any}/{id}",
                    "/posts/named/{name}")
            .map(path -> new RequestPath<>(false, new URITemplate(path, false), path))
            .toList()));

    @Test
    void theMostSpecificTemplateMatches() {
        assertEquals("/posts", MAPPER.map("/posts").value);
        assertEquals("/posts/{id}", MAPPER.map("/posts/named").value);
        assertEquals("/posts/named/{name}", MAPPER.map("/posts/named/7").value);
        assertEquals("/{any}/{id}", MAPPER.map("/users/7").value);
    }

    @Test
    void onlyAWholePathMatches() {
        assertNull(MAPPER.map("/post"));
        assertNull(MAPPER.map("/posts/7/categories"));
        assertNull(MAPPER.map("/posts/7/categories/8/more"));
    }

    @Test
    void theValuesAreRawAndInOrder() {
        assertArrayEquals(new String[] {"a%20b", "c+d"}, MAPPER.map("/posts/a%20b/categories/c+d").pathParamValues);
    }
}
