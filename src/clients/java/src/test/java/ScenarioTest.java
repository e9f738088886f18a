import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.client.ApiClient;
import dev.quire.client.ApiException;
import dev.quire.client.ApiResponse;
import dev.quire.client.api.AuthenticationApi;
import dev.quire.client.api.CategoriesApi;
import dev.quire.client.api.PostsApi;
import dev.quire.client.api.PostsApi.APIListPostsOfUserRequest;
import dev.quire.client.api.PostsApi.APIListPostsRequest;
import dev.quire.client.api.UsersApi;
import dev.quire.client.model.AddressInput;
import dev.quire.client.model.Blocker;
import dev.quire.client.model.Category;
import dev.quire.client.model.CategoryLinks;
import dev.quire.client.model.CategoryReference;
import dev.quire.client.model.Deletion;
import dev.quire.client.model.EmbeddedCategory;
import dev.quire.client.model.LogIn;
import dev.quire.client.model.LogInInput;
import dev.quire.client.model.Post;
import dev.quire.client.model.PostInput;
import dev.quire.client.model.PostPatch;
import dev.quire.client.model.Problem;
import dev.quire.client.model.ProblemType;
import dev.quire.client.model.RefreshInput;
import dev.quire.client.model.Registration;
import dev.quire.client.model.User;
import dev.quire.client.model.Violation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ScenarioTest {
    private static final Pattern NEXT = Pattern.compile("[?&]cursor=([^&>]*)[^>]*>; rel=\"next\"");

    private final String address = System.getenv().getOrDefault("QUIRE_API", "http://localhost:8080");

    @Test
    void scenario() throws Exception {
        String email = UUID.randomUUID() + "@quire.test";
        String password = UUID.randomUUID().toString();
        var client = new ApiClient();
        client.updateBaseUri(address);
        var authentication = new AuthenticationApi(client);

        // A user is registered along with an address.
        User user = authentication.register(
                new Registration()
                        .email(email)
                        .name("Ada Lovelace")
                        .password(password)
                        .address(new AddressInput()
                                .street("12 St James's Square")
                                .city("London")
                                .country("United Kingdom")),
                null);
        assertEquals(email, user.getEmail());
        assertEquals("London", user.getAddress().getCity());
        assertNull(user.getCreatedBy());

        Post example = example(email, password);
        assertEquals(List.of("Engines", "History"), names(example));

        // A refresh token is good once, and is answered with the next one.
        LogIn first = authentication.logIn(new LogInInput().email(email).password(password));
        assertEquals(user.getId(), first.getUser().getId());
        LogIn second = authentication.refresh(new RefreshInput().refreshToken(first.getRefreshToken()));
        assertNotEquals(first.getRefreshToken(), second.getRefreshToken());
        LogIn third = authentication.refresh(new RefreshInput().refreshToken(second.getRefreshToken()));
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + third.getAccessToken()));
        assertEquals(
                user.getId(),
                new AuthenticationApi(client).getSelf(null, null, null).getId());

        // Posts have categories by id and by name.
        var posts = new PostsApi(client);
        String number = UUID.randomUUID().toString().substring(0, 8);
        Category engines = new CategoriesApi(client).putCategoryNamed("Engines " + number, null, null);
        List<Post> made = new ArrayList<>();
        for (String title : List.of("One", "Two", "Three", "Four", "Five")) {
            var input = new PostInput()
                    .title(title)
                    .content("On the engine")
                    .addCategoriesItem(new CategoryReference().id(engines.getId()))
                    .addCategoriesItem(new CategoryReference().name("Numbers " + number));
            made.add(posts.createPost(input, null));
        }
        Post post = made.get(0);
        assertEquals(user.getId(), post.getAuthor().getId());
        assertEquals(List.of("Engines " + number, "Numbers " + number), names(post));

        // A list is read page by page, for as long as there is a next one.
        List<Long> seen = new ArrayList<>();
        String cursor = null;
        do {
            var page = posts.listPostsWithHttpInfo(APIListPostsRequest.newBuilder()
                    .category(List.of(engines.getId()))
                    .limit(2)
                    .cursor(cursor)
                    .build());
            assertTrue(page.getData().size() <= 2);
            page.getData().forEach(row -> seen.add(row.getId()));
            Matcher next = NEXT.matcher(header(page, "link"));
            cursor = next.find() ? next.group(1) : null;
        } while (cursor != null);
        Collections.reverse(seen);
        assertEquals(made.stream().map(Post::getId).toList(), seen);

        // Of two who change a post with the same tag, one wins; the other reloads and tries again.
        Long id = post.getId();
        String tag = header(posts.getPostWithHttpInfo(id, null, null, null), "etag");
        assertEquals(
                "Notes",
                posts.patchPost(id, new PostPatch().title("Notes"), tag, null).getTitle());
        var patch = new PostPatch()
                .categories(new CategoryLinks().addConnectItem(new CategoryReference().name("History " + number)));
        Problem lost = refused(client, 412, () -> posts.patchPost(id, patch, tag, null));
        assertEquals("If-Match", lost.getErrors().get(0).getHeader());
        String reloaded = header(posts.getPostWithHttpInfo(id, null, null, null), "etag");
        Post retried = posts.patchPost(id, patch, reloaded, null);
        assertEquals("Notes", retried.getTitle());
        assertEquals(List.of("Engines " + number, "History " + number, "Numbers " + number), names(retried));

        // A POST that may have been lost is sent again with its key.
        String key = UUID.randomUUID().toString();
        PostInput once = new PostInput().title("Six").content("Once");
        Post sent = posts.createPost(once, key);
        ApiResponse<Post> again = posts.createPostWithHttpInfo(once, key);
        assertEquals(sent, again.getData());
        assertEquals("true", header(again, "idempotency-replayed"));
        var six = posts.listPostsOfUserWithHttpInfo(APIListPostsOfUserRequest.newBuilder()
                .id(user.getId())
                .q("Once")
                .prefer("count=exact")
                .build());
        assertEquals(List.of(sent), six.getData());
        assertEquals("1", header(six, "x-total-count"));

        // A problem says what is wrong, and where.
        var bad = new PostInput()
                .title("")
                .content("")
                .addCategoriesItem(new CategoryReference().id(engines.getId()))
                .addCategoriesItem(new CategoryReference().name(""));
        Problem invalid = refused(client, 422, () -> posts.createPost(bad, null));
        assertEquals(ProblemType.INVALID, invalid.getType());
        assertEquals(
                List.of("/categories/1/name", "/content", "/title"),
                invalid.getErrors().stream().map(Violation::getPointer).toList());

        // Who has posts is deleted only with a word on what becomes of them.
        var users = new UsersApi(client);
        Problem inUse = refused(client, 409, () -> users.deleteUser(user.getId(), null, null, null, null));
        assertEquals(ProblemType.IN_USE, inUse.getType());
        Blocker blocker = inUse.getRelations().get(0);
        assertEquals("posts", blocker.getRelation());
        assertEquals(7, blocker.getCount());
        assertTrue(inUse.getPolicies().contains("cascade"));
        Deletion preview = users.deleteUser(user.getId(), true, "cascade", null, null);
        assertTrue(preview.getDeleted().stream()
                .anyMatch(effect -> effect.getRelation().equals("posts") && effect.getCount() == 7));
        ApiResponse<Deletion> deleted = users.deleteUserWithHttpInfo(user.getId(), null, "cascade", null, null);
        assertEquals(204, deleted.getStatusCode());
        client.setRequestInterceptor(null);
        assertEquals(
                404,
                refused(client, 404, () -> new PostsApi(client).getPost(id, null, null, null))
                        .getStatus());
    }

    /** The example of docs/clients.md. */
    private Post example(String email, String password) throws ApiException {
        // example
        var client = new ApiClient();
        client.updateBaseUri(address);
        LogIn session = new AuthenticationApi(client)
                .logIn(new LogInInput().email(email).password(password));
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + session.getAccessToken()));

        var posts = new PostsApi(client);
        var input = new PostInput()
                .title("Notes")
                .content("On the engine")
                .addCategoriesItem(new CategoryReference().name("Engines"));
        ApiResponse<Post> made =
                posts.createPostWithHttpInfo(input, UUID.randomUUID().toString());
        String tag = made.getHeaders().get("etag").get(0);

        var history = new CategoryLinks().addConnectItem(new CategoryReference().name("History"));
        Post post = posts.patchPost(made.getData().getId(), new PostPatch().categories(history), tag, null);
        // /example
        return post;
    }

    private static List<String> names(Post post) {
        return post.getCategories().stream().map(EmbeddedCategory::getName).toList();
    }

    private static String header(ApiResponse<?> answer, String name) {
        return answer.getHeaders().get(name).get(0);
    }

    /** The problem that a call is answered with, which has to have this status. */
    private static Problem refused(ApiClient client, int status, Executable call) throws Exception {
        ApiException refusal = assertThrows(ApiException.class, call);
        assertEquals(status, refusal.getCode());
        return client.getObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
    }
}
