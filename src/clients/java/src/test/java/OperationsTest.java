import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quire.client.ApiClient;
import dev.quire.client.ApiResponse;
import dev.quire.client.api.AddressesApi;
import dev.quire.client.api.AddressesApi.APIListAddressesRequest;
import dev.quire.client.api.AuthenticationApi;
import dev.quire.client.api.AuthenticationApi.APIListSessionsRequest;
import dev.quire.client.api.BatchApi;
import dev.quire.client.api.CategoriesApi;
import dev.quire.client.api.CategoriesApi.APIListCategoriesRequest;
import dev.quire.client.api.ChangesApi;
import dev.quire.client.api.ChangesApi.APIListChangesRequest;
import dev.quire.client.api.CommentsApi;
import dev.quire.client.api.CommentsApi.APIListCommentsOfPostRequest;
import dev.quire.client.api.CommentsApi.APIListCommentsOfUserRequest;
import dev.quire.client.api.PostsApi;
import dev.quire.client.api.PostsApi.APIExportPostsOfCategoryRequest;
import dev.quire.client.api.PostsApi.APIExportPostsOfUserRequest;
import dev.quire.client.api.PostsApi.APIExportPostsRequest;
import dev.quire.client.api.PostsApi.APIListPostsOfCategoryRequest;
import dev.quire.client.api.UsersApi;
import dev.quire.client.api.UsersApi.APIListUsersRequest;
import dev.quire.client.model.Address;
import dev.quire.client.model.AddressInput;
import dev.quire.client.model.AddressRelation;
import dev.quire.client.model.AddressSort;
import dev.quire.client.model.AddressWithUser;
import dev.quire.client.model.BatchOperation;
import dev.quire.client.model.BatchOperation.MethodEnum;
import dev.quire.client.model.BatchResult;
import dev.quire.client.model.Category;
import dev.quire.client.model.CategoryInput;
import dev.quire.client.model.CategoryPatch;
import dev.quire.client.model.CategoryReference;
import dev.quire.client.model.Change;
import dev.quire.client.model.ChangeKind;
import dev.quire.client.model.ChangePasswordInput;
import dev.quire.client.model.Changes;
import dev.quire.client.model.Comment;
import dev.quire.client.model.CommentInput;
import dev.quire.client.model.CommentPatch;
import dev.quire.client.model.CommentRelation;
import dev.quire.client.model.CompletedConfirmation;
import dev.quire.client.model.CompletedRecovery;
import dev.quire.client.model.Inhabitant;
import dev.quire.client.model.Invitation;
import dev.quire.client.model.LogIn;
import dev.quire.client.model.LogInInput;
import dev.quire.client.model.Post;
import dev.quire.client.model.PostInput;
import dev.quire.client.model.Recovery;
import dev.quire.client.model.RefreshInput;
import dev.quire.client.model.Role;
import dev.quire.client.model.SecondFactorCode;
import dev.quire.client.model.Session;
import dev.quire.client.model.User;
import dev.quire.client.model.UserInput;
import dev.quire.client.model.UserPatch;
import dev.quire.client.model.UserSort;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Calls every operation that the scenario leaves out, each with success. */
class OperationsTest {
    private final AuthenticationApi anyone = new AuthenticationApi(client(null));
    private final String number = UUID.randomUUID().toString().substring(0, 8);

    @Test
    void operations() throws Exception {
        // The keys that verify a token are public.
        assertEquals("RSA", anyone.getKeys((String) null).getKeys().get(0).getKty());

        // An admin creates a user and changes it.
        LogIn admin = logIn(System.getenv("QUIRE_ADMIN_EMAIL"), System.getenv("QUIRE_ADMIN_PASSWORD"));
        ApiClient asAdmin = client(admin.getAccessToken());
        var users = new UsersApi(asAdmin);
        String email = UUID.randomUUID() + "@quire.test";
        String password = UUID.randomUUID().toString();
        User user =
                users.createUser(new Invitation().email(email).name("Ada Byron").password(password), null);
        Long id = user.getId();
        assertEquals(admin.getUser().getId(), user.getCreatedBy().getId());
        var newest = APIListUsersRequest.newBuilder()
                .sort(UserSort.CREATED_AT_DESCENDING)
                .limit(1)
                .build();
        assertEquals(
                List.of(id), users.listUsers(newest).stream().map(User::getId).toList());
        assertTrue(exported(users.exportUsers(null, null, null, null, UserSort.NAME)) >= 2);
        assertEquals("Ada Byron", users.getUser(id, null, null, null).getName());
        UserInput replacement = new UserInput().email(email).name("Ada King");
        assertEquals("Ada King", users.replaceUser(id, replacement, null, null).getName());
        UserPatch patch = new UserPatch().name("Ada Lovelace");
        assertEquals("Ada Lovelace", users.patchUser(id, patch, null, null).getName());
        User promoted = users.setRolesOfUser(id, List.of(Role.USER, Role.ADMIN), null, null);
        assertEquals(Set.of(Role.USER, Role.ADMIN), Set.copyOf(promoted.getRoles()));

        addresses(asAdmin, id);
        LogIn session = sessions(id, email, password);
        ApiClient asUser = client(session.getAccessToken());
        Long category = category(asAdmin);
        posts(asUser, category);
        LogIn last = recovery(asAdmin, id, email);

        // What was created goes again.
        assertNoContent(new CategoriesApi(asAdmin).deleteCategoryWithHttpInfo(category, null, null, null, null));
        assertNoContent(anyone.logOutWithHttpInfo(new RefreshInput().refreshToken(last.getRefreshToken())));
        assertNoContent(users.deleteUserWithHttpInfo(id, null, "cascade", null, null));
    }

    /** Lets the address of a user come and go. */
    private static void addresses(ApiClient asAdmin, Long user) throws Exception {
        var users = new UsersApi(asAdmin);
        var input =
                new AddressInput().street("12 St James's Square").city("London").country("United Kingdom");
        Address put = users.putAddressOfUser(user, input, null, null);
        assertEquals(put.getId(), users.getAddressOfUser(user, null, null, null).getId());
        assertNoContent(users.deleteAddressOfUserWithHttpInfo(user, null, null, null));

        var addresses = new AddressesApi(asAdmin);
        var another = new AddressWithUser()
                .street("12 St James's Square")
                .city("London")
                .country("United Kingdom")
                .user(new Inhabitant().id(user));
        Long created = addresses.createAddress(another, null).getId();
        assertEquals("London", addresses.getAddress(created, null, null, null).getCity());
        List<Address> last = addresses.listAddresses(APIListAddressesRequest.newBuilder()
                .sort(AddressSort.ID_DESCENDING)
                .limit(1)
                .include(List.of(AddressRelation.USER))
                .build());
        assertEquals(List.of(created), last.stream().map(Address::getId).toList());
        assertEquals(user, last.get(0).getUser().getId());
        assertTrue(exported(addresses.exportAddresses(null, null, AddressSort.ID)) >= 1);
    }

    /** Changes the password of a user, which ends the other sessions, and ends one more: the session that is left. */
    private LogIn sessions(Long user, String email, String password) throws Exception {
        LogIn old = logIn(email, password);
        String renewed = UUID.randomUUID().toString();
        assertNoContent(new AuthenticationApi(client(old.getAccessToken()))
                .changePasswordWithHttpInfo(
                        user, new ChangePasswordInput().current(password)._new(renewed), null, null));
        LogIn session = logIn(email, renewed);
        var authentication = new AuthenticationApi(client(session.getAccessToken()));
        List<Session> sessions =
                authentication.listSessions(APIListSessionsRequest.newBuilder().build());
        assertEquals(2, sessions.size());
        assertEquals(2, exported(authentication.exportSessions(null, null, null)));
        Long other = sessions.stream()
                .filter(each -> !each.getCurrent())
                .findFirst()
                .orElseThrow()
                .getId();
        assertNoContent(authentication.deleteSessionWithHttpInfo(other, null, null, null));
        return session;
    }

    /** Recovers a password by mail, changes the email, and lets a second factor come and go. */
    private LogIn recovery(ApiClient asAdmin, Long user, String email) throws Exception {
        assertAccepted(anyone.beginRecoveryWithHttpInfo(new Recovery().email(email)));
        String password = UUID.randomUUID().toString();
        assertNoContent(anyone.completeRecoveryWithHttpInfo(
                new CompletedRecovery().token(mailed(email, 2)).password(password)));
        assertAccepted(new AuthenticationApi(asAdmin).beginRecoveryOfUserWithHttpInfo(user));

        ApiClient recovered = client(logIn(email, password).getAccessToken());
        var authentication = new AuthenticationApi(recovered);
        String moved = UUID.randomUUID() + "@quire.test";
        User moving = new UsersApi(recovered).patchUser(user, new UserPatch().email(moved), null, null);
        assertEquals(moved, moving.getPendingEmail());
        mailed(moved, 1);
        assertAccepted(authentication.beginConfirmationWithHttpInfo());
        assertNoContent(anyone.completeConfirmationWithHttpInfo(new CompletedConfirmation().token(mailed(moved, 2))));

        authentication = new AuthenticationApi(client(logIn(moved, password).getAccessToken()));
        String secret = authentication.setSecondFactor().getSecret();
        var code = new SecondFactorCode().code(oneTimeCode(secret, 0));
        List<String> recoveryCodes = authentication.confirmSecondFactor(code).getRecoveryCodes();
        assertEquals(10, recoveryCodes.size());
        LogIn last =
                anyone.logIn(new LogInInput().email(moved).password(password).code(oneTimeCode(secret, 1)));
        assertNoContent(new AuthenticationApi(client(last.getAccessToken()))
                .deleteSecondFactorWithHttpInfo(new SecondFactorCode().code(recoveryCodes.get(0)), null, null, null));
        return last;
    }

    /** Returns the token in the link of a mail to this address, the first being 1. */
    private static String mailed(String address, int number) throws Exception {
        URI mail = URI.create(System.getenv("QUIRE_MAILBOX") + "/" + address + "/" + number);
        String text = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(mail).build(), BodyHandlers.ofString())
                .body();
        Matcher token = Pattern.compile("#([\\w-]{43})").matcher(text);
        assertTrue(token.find(), text);
        return token.group(1);
    }

    /** Returns the code that an authenticator app shows for a secret (RFC 6238), in this time step or one after it. */
    private static String oneTimeCode(String secret, int later) throws Exception {
        var bits = new StringBuilder();
        for (char character : secret.toCharArray()) {
            int value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(character);
            bits.append(Integer.toBinaryString(32 | value).substring(1));
        }
        byte[] key = new byte[bits.length() / 8];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) Integer.parseInt(bits.substring(8 * i, 8 * i + 8), 2);
        }
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(key, "HmacSHA1"));
        long step = Instant.now().getEpochSecond() / 30 + later;
        ByteBuffer hash =
                ByteBuffer.wrap(mac.doFinal(ByteBuffer.allocate(8).putLong(step).array()));
        int truncated = hash.getInt(hash.get(19) & 15) & Integer.MAX_VALUE;
        return String.format("%06d", truncated % 1_000_000);
    }

    /** Creates a category and renames it. */
    private Long category(ApiClient asAdmin) throws Exception {
        var categories = new CategoriesApi(asAdmin);
        Long id = categories
                .createCategory(new CategoryInput().name("Engines " + number), null)
                .getId();
        var machines = new CategoryInput().name("Machines " + number);
        assertEquals(
                "Machines " + number,
                categories.replaceCategory(id, machines, null, null).getName());
        var looms = new CategoryPatch().name("Looms " + number);
        assertEquals(
                "Looms " + number,
                categories.patchCategory(id, looms, null, null).getName());
        assertEquals(
                "Looms " + number, categories.getCategory(id, null, null, null).getName());
        assertEquals(
                id,
                categories.getCategoryNamed("looms " + number, null, null, null).getId());
        var one = APIListCategoriesRequest.newBuilder().limit(1).build();
        assertEquals(1, categories.listCategories(one).size());
        assertTrue(exported(categories.exportCategories(null, null, null)) >= 1);
        return id;
    }

    /** Creates two posts in a batch, and replaces, connects and disconnects the categories of one. */
    private void posts(ApiClient asUser, Long category) throws Exception {
        List<BatchResult> results = new BatchApi(asUser)
                .runBatch(
                        List.of(
                                new BatchOperation()
                                        .method(MethodEnum.PUT)
                                        .path("/categories/named/Numbers%20" + number)
                                        .id("numbers"),
                                new BatchOperation()
                                        .method(MethodEnum.POST)
                                        .path("/posts")
                                        .body(Map.of(
                                                "title", "One",
                                                "content", "By name",
                                                "categories", List.of(Map.of("id", "$numbers")))),
                                new BatchOperation()
                                        .method(MethodEnum.POST)
                                        .path("/posts")
                                        .body(new PostInput().title("Two").content("None"))),
                        null);
        assertEquals(
                List.of(201, 201, 201),
                results.stream().map(BatchResult::getStatus).toList());
        Long one = id(results.get(1));
        Long two = id(results.get(2));

        var posts = new PostsApi(asUser);
        var input = new PostInput().title("Two").content("On looms");
        Post replaced = posts.replacePost(two, input, null, null);
        assertEquals("On looms", replaced.getContent());
        List<CategoryReference> references = List.of(new CategoryReference().name("Numbers " + number));
        List<Category> set = posts.replaceCategoriesOfPost(two, references, null, null);
        Long numbers = set.get(0).getId();
        assertNoContent(posts.connectCategoryToPostWithHttpInfo(two, category, null, null));
        List<Category> both = posts.listCategoriesOfPost(two, null, null, null);
        assertEquals(
                List.of(category, numbers), both.stream().map(Category::getId).toList());
        assertNoContent(posts.disconnectCategoryFromPostWithHttpInfo(two, category, null, null, null));
        List<Post> filed = posts.listPostsOfCategory(
                APIListPostsOfCategoryRequest.newBuilder().id(numbers).build());
        assertEquals(List.of(two, one), filed.stream().map(Post::getId).toList());
        exports(posts, numbers, replaced.getAuthor().getId());
        comments(asUser, two);
        changes(asUser, two);
        assertNoContent(posts.deletePostWithHttpInfo(two, null, null, null));
    }

    /** Exports two posts by their category and their author. */
    private static void exports(PostsApi posts, Long category, Long author) throws Exception {
        var request = APIExportPostsRequest.newBuilder().category(List.of(category));
        assertEquals(2, exported(posts.exportPosts(request.build())));
        var ofCategory = APIExportPostsOfCategoryRequest.newBuilder().id(category);
        assertEquals(2, exported(posts.exportPostsOfCategory(ofCategory.build())));
        var ofUser = APIExportPostsOfUserRequest.newBuilder().id(author);
        assertEquals(2, exported(posts.exportPostsOfUser(ofUser.build())));
    }

    /** Comments on a post, and changes the comment. */
    private static void comments(ApiClient asUser, Long post) throws Exception {
        var comments = new CommentsApi(asUser);
        Comment created = comments.createComment(post, new CommentInput().content("First"), null);
        Long id = created.getId();
        var edited = new CommentPatch().content("Edited");
        assertEquals("Edited", comments.patchComment(id, edited, null, null).getContent());
        Comment read = comments.getComment(id, null, List.of(CommentRelation.AUTHOR, CommentRelation.POST), null);
        assertEquals(post, read.getPost().getId());
        List<Comment> ofPost = comments.listCommentsOfPost(
                APIListCommentsOfPostRequest.newBuilder().id(post).build());
        assertEquals(List.of(id), ofPost.stream().map(Comment::getId).toList());
        List<Comment> ofUser = comments.listCommentsOfUser(APIListCommentsOfUserRequest.newBuilder()
                .id(created.getAuthor().getId())
                .build());
        assertEquals(List.of("Edited"), ofUser.stream().map(Comment::getContent).toList());
        assertEquals(1, exported(comments.exportCommentsOfPost(post, null, null, null)));
        Long author = created.getAuthor().getId();
        assertEquals(1, exported(comments.exportCommentsOfUser(author, null, null, null)));
        assertNoContent(comments.deleteCommentWithHttpInfo(id, null, null, null));
    }

    /** Reads changes as whoever keeps a copy of all rows. */
    private static void changes(ApiClient asUser, Long post) throws Exception {
        var api = new ChangesApi(asUser);
        Changes all = api.listChanges(APIListChangesRequest.newBuilder()
                .kinds(List.of(ChangeKind.USER))
                .build());
        assertEquals(
                List.of(ChangeKind.USER),
                all.getChanges().stream().map(Change::getKind).toList());
        assertEquals(false, all.getMore());
        Changes later = api.listChanges(
                APIListChangesRequest.newBuilder().since(all.getPosition()).build());
        assertEquals(List.of(), later.getChanges());
    }

    private LogIn logIn(String email, String password) throws Exception {
        return anyone.logIn(new LogInInput().email(email).password(password));
    }

    /** Returns a client that sends this token, if there is one. */
    private static ApiClient client(String token) {
        var client = new ApiClient();
        client.updateBaseUri(System.getenv().getOrDefault("QUIRE_API", "http://localhost:8080"));
        if (token != null) {
            client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        }
        return client;
    }

    /** Returns the number of rows in an export, which its last line has. */
    private static int exported(File export) throws IOException {
        List<String> lines = Files.readAllLines(export.toPath());
        int rows = lines.size() - 1;
        assertEquals("{\"count\":" + rows + "}", lines.get(rows));
        return rows;
    }

    private static Long id(BatchResult result) {
        String location = result.getHeaders().getLocation();
        return Long.valueOf(location.substring(location.lastIndexOf('/') + 1));
    }

    private static void assertAccepted(ApiResponse<?> answer) {
        assertEquals(202, answer.getStatusCode());
    }

    private static void assertNoContent(ApiResponse<?> answer) {
        assertEquals(204, answer.getStatusCode());
    }
}
