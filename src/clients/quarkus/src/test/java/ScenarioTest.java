import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.client.api.AuthenticationApi;
import dev.quire.client.api.CategoriesApi;
import dev.quire.client.api.PostsApi;
import dev.quire.client.api.UsersApi;
import dev.quire.client.model.AddressInput2;
import dev.quire.client.model.Category;
import dev.quire.client.model.CategoryLinks1;
import dev.quire.client.model.CategoryReference;
import dev.quire.client.model.Deletion;
import dev.quire.client.model.EmbeddedCategory;
import dev.quire.client.model.LogIn;
import dev.quire.client.model.LogInInput;
import dev.quire.client.model.Post;
import dev.quire.client.model.PostInput;
import dev.quire.client.model.PostPatch;
import dev.quire.client.model.PostRelation;
import dev.quire.client.model.Problem;
import dev.quire.client.model.RefreshInput;
import dev.quire.client.model.Registration;
import dev.quire.client.model.User;
import dev.quire.client.model.Violation;
import io.quarkiverse.openapi.generator.providers.ConfigCredentialsProvider;
import io.quarkiverse.openapi.generator.providers.CredentialsContext;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientResponseContext;
import jakarta.ws.rs.client.ClientResponseFilter;
import jakarta.ws.rs.ext.Provider;
import java.io.File;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

@QuarkusTest
class ScenarioTest {
    private static final Pattern NEXT = Pattern.compile("[?&]cursor=([^&>]*)[^>]*>; rel=\"next\"");

    private static String token;
    private static ClientResponseContext last;

    /** The token of the user who is logged in, in place of one in the configuration. */
    @Alternative
    @Priority(200)
    @ApplicationScoped
    public static class Credentials extends ConfigCredentialsProvider {
        @Override
        public Optional<String> getBearerToken(CredentialsContext context) {
            return Optional.ofNullable(token);
        }
    }

    /** Keeps the header fields of a response, which the methods do not return. */
    @Provider
    public static class Headers implements ClientResponseFilter {
        @Override
        public void filter(ClientRequestContext request, ClientResponseContext response) {
            last = response;
        }
    }

    @Inject
    @RestClient
    AuthenticationApi authentication;

    @Inject
    @RestClient
    CategoriesApi categories;

    @Inject
    @RestClient
    PostsApi posts;

    @Inject
    @RestClient
    UsersApi users;

    @Test
    void scenario() throws Exception {
        String email = UUID.randomUUID() + "@quire.test";
        String password = UUID.randomUUID().toString();

        // A user is registered along with an address.
        User user = authentication.register(
                new Registration()
                        .email(email)
                        .name("Ada Lovelace")
                        .password(password)
                        .address(new AddressInput2()
                                .street("12 St James's Square")
                                .city("London")
                                .country("United Kingdom")),
                null);
        assertEquals(email, user.getEmail());
        assertEquals("London", user.getAddress().getCity());
        assertNull(user.getCreatedBy());

        // A refresh token is good once, and is answered with the next one.
        LogIn first = authentication.logIn(new LogInInput().email(email).password(password));
        assertEquals(user.getId(), first.getUser().getId());
        LogIn second = authentication.refresh(new RefreshInput().refreshToken(first.getRefreshToken()));
        assertNotEquals(first.getRefreshToken(), second.getRefreshToken());
        token = second.getAccessToken();
        assertEquals(user.getId(), authentication.getSelf(null, null, null).getId());

        // Posts have categories by id and by name.
        String number = UUID.randomUUID().toString().substring(0, 8);
        Category engines = categories.putCategoryNamed("Engines " + number, null, null);
        List<Long> made = new ArrayList<>();
        for (String title : List.of("One", "Two", "Three", "Four", "Five")) {
            var references = List.of(new CategoryReference().id(engines.getId()), named("Numbers " + number));
            var input = new PostInput().title(title).content("On the engine").categories(references);
            Post post = posts.createPost(input, null);
            assertEquals(user.getId(), post.getAuthor().getId());
            assertEquals(List.of("Engines " + number, "Numbers " + number), names(post));
            made.add(post.getId());
        }
        Long id = made.get(0);
        Collections.reverse(made);

        // A list is read page by page, for as long as there is a next one.
        List<Long> seen = new ArrayList<>();
        String cursor = null;
        do {
            List<Post> page = list(engines.getId(), cursor);
            assertTrue(page.size() <= 2);
            page.forEach(row -> seen.add(row.getId()));
            Matcher next = NEXT.matcher(header("Link"));
            cursor = next.find() ? next.group(1) : null;
        } while (cursor != null);
        assertEquals(made, seen);

        // An export has every row, one in each line, and their number in the last.
        File export = posts.exportPosts(
                null, List.of(engines.getId()), null, null, null, null, null, null, null, null);
        assertEquals(
                "{\"count\":5}", Files.readAllLines(export.toPath()).get(5));

        // Relations are embedded along with those that are required.
        var include = List.of(PostRelation.AUTHOR, PostRelation.CATEGORIES, PostRelation.COMMENTS);
        assertEquals(0, posts.getPost(id, null, include, null).getCommentCount());

        // Of two who change a post with the same tag, one wins; the other reloads and tries again.
        posts.getPost(id, null, null, null);
        String tag = header("ETag");
        assertEquals(
                "Notes",
                posts.patchPost(id, new PostPatch().title("Notes"), tag, null).getTitle());
        var patch = new PostPatch().categories(new CategoryLinks1().connect(List.of(named("History " + number))));
        Problem lost = refused(412, () -> posts.patchPost(id, patch, tag, null));
        assertEquals("If-Match", lost.getErrors().get(0).getHeader());
        posts.getPost(id, null, null, null);
        Post retried = posts.patchPost(id, patch, header("ETag"), null);
        assertEquals("Notes", retried.getTitle());
        assertEquals(List.of("Engines " + number, "History " + number, "Numbers " + number), names(retried));

        // A POST that may have been lost is sent again with its key.
        String key = UUID.randomUUID().toString();
        PostInput once = new PostInput().title("Six").content("Once");
        Long sent = posts.createPost(once, key).getId();
        assertEquals(sent, posts.createPost(once, key).getId());
        assertEquals("true", header("Idempotency-Replayed"));

        // A problem says what is wrong, and where.
        var bad = new PostInput()
                .title("")
                .content("")
                .categories(List.of(new CategoryReference().id(engines.getId()), named("")));
        Problem invalid = refused(422, () -> posts.createPost(bad, null));
        assertEquals("urn:quire:problem:invalid", invalid.getType().value());
        assertEquals(
                List.of("/categories/1/name", "/content", "/title"),
                invalid.getErrors().stream().map(Violation::getPointer).toList());

        // A user with posts is deleted only with a policy for them.
        Problem inUse = refused(409, () -> users.deleteUser(user.getId(), null, null, null, null));
        assertEquals("urn:quire:problem:in-use", inUse.getType().value());
        assertEquals(6, inUse.getRelations().get(0).getCount());
        Deletion preview = users.deleteUser(user.getId(), true, "cascade", null, null);
        assertTrue(preview.getDeleted().stream()
                .anyMatch(effect -> effect.getRelation().equals("posts") && effect.getCount() == 6));
        users.deleteUser(user.getId(), null, "cascade", null, null);
        assertEquals(204, last.getStatus());
        token = null;
        assertEquals(404, refused(404, () -> posts.getPost(id, null, null, null)).getStatus());
    }

    private List<Post> list(Long category, String cursor) {
        return posts.listPosts(
                null, List.of(category), null, null, null, null, cursor, null, null, 2, null, null, null, null);
    }

    private static CategoryReference named(String name) {
        return new CategoryReference().name(name);
    }

    private static List<String> names(Post post) {
        return post.getCategories().stream().map(EmbeddedCategory::getName).toList();
    }

    private static String header(String name) {
        return last.getHeaderString(name);
    }

    /** The problem that a call is answered with, which has to have this status. */
    private static Problem refused(int status, Executable call) {
        WebApplicationException refusal = assertThrows(WebApplicationException.class, call);
        assertEquals(status, refusal.getResponse().getStatus());
        return refusal.getResponse().readEntity(Problem.class);
    }
}
