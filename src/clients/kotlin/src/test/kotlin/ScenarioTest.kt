import com.squareup.moshi.adapter
import dev.quire.client.api.AuthenticationApi
import dev.quire.client.api.CategoriesApi
import dev.quire.client.api.PostsApi
import dev.quire.client.api.UsersApi
import dev.quire.client.infrastructure.ApiClient
import dev.quire.client.infrastructure.ApiResponse
import dev.quire.client.infrastructure.ClientError
import dev.quire.client.infrastructure.ClientException
import dev.quire.client.infrastructure.Serializer
import dev.quire.client.infrastructure.Success
import dev.quire.client.model.AddressInput
import dev.quire.client.model.CategoryLinks
import dev.quire.client.model.CategoryReference
import dev.quire.client.model.LogInInput
import dev.quire.client.model.Registration
import dev.quire.client.model.Post
import dev.quire.client.model.PostInput
import dev.quire.client.model.PostPatch
import dev.quire.client.model.Problem
import dev.quire.client.model.ProblemType
import dev.quire.client.model.RefreshInput
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.util.UUID

class ScenarioTest {
    private val address = System.getenv("QUIRE_API") ?: "http://localhost:8080"

    @Test
    fun scenario() {
        val email = "${UUID.randomUUID()}@quire.test"
        val password = UUID.randomUUID().toString()
        val authentication = AuthenticationApi(address)

        // A user is registered along with an address.
        val user = authentication.register(
            Registration(
                email = email,
                name = "Ada Lovelace",
                password = password,
                address = AddressInput(street = "12 St James's Square", city = "London", country = "United Kingdom"),
            ),
        )
        assertEquals(email, user.email)
        assertEquals("London", user.address?.city)
        assertNull(user.createdBy)

        val example = example(email, password)
        assertEquals(listOf("Engines", "History"), names(example))

        // A refresh token is good once, and is answered with the next one.
        val first = authentication.logIn(LogInInput(email = email, password = password))
        assertEquals(user.id, first.user.id)
        val second = authentication.refresh(RefreshInput(refreshToken = first.refreshToken))
        assertNotEquals(first.refreshToken, second.refreshToken)
        val third = authentication.refresh(RefreshInput(refreshToken = second.refreshToken))
        ApiClient.accessToken = third.accessToken
        assertEquals(user.id, authentication.getSelf().id)

        // Posts have categories by id and by name.
        val posts = PostsApi(address)
        val number = UUID.randomUUID().toString().take(8)
        val engines = CategoriesApi(address).putCategoryNamed("Engines $number")
        val made = listOf("One", "Two", "Three", "Four", "Five").map { title ->
            val categories = listOf(CategoryReference(id = engines.id), CategoryReference(name = "Numbers $number"))
            posts.createPost(PostInput(title = title, content = "On the engine", categories = categories))
        }
        val post = made.first()
        assertEquals(user.id, post.author.id)
        assertEquals(listOf("Engines $number", "Numbers $number"), names(post))

        // A list is read page by page, for as long as there is a next one.
        val seen = mutableListOf<Long>()
        var cursor: String? = null
        do {
            val page = posts.listPostsWithHttpInfo(
                category = listOf(engines.id),
                limit = 2,
                cursor = cursor,
                author = null,
                categoryAll = null,
                categoryNone = null,
                createdAfter = null,
                createdBefore = null,
                fields = null,
                include = null,
                q = null,
                sort = null,
                prefer = null,
                ifNoneMatch = null,
            )
            val rows = data(page)
            assertTrue(rows.size <= 2)
            seen += rows.map { it.id }
            cursor = Regex("[?&]cursor=([^&>]*)[^>]*>; rel=\"next\"").find(header(page, "link"))?.groupValues?.get(1)
        } while (cursor != null)
        assertEquals(made.map { it.id }.reversed(), seen)

        // Of two who change a post with the same tag, one wins; the other reloads and tries again.
        val tag = header(posts.getPostWithHttpInfo(post.id, null, null, null), "etag")
        assertEquals("Notes", posts.patchPost(post.id, PostPatch(title = "Notes"), ifMatch = tag).title)
        val patch = PostPatch(categories = CategoryLinks(connect = listOf(CategoryReference(name = "History $number"))))
        val lost = refused(412) { posts.patchPost(post.id, patch, ifMatch = tag) }
        assertEquals("If-Match", lost.errors?.first()?.header)
        val reloaded = header(posts.getPostWithHttpInfo(post.id, null, null, null), "etag")
        val retried = posts.patchPost(post.id, patch, ifMatch = reloaded)
        assertEquals("Notes", retried.title)
        assertEquals(listOf("Engines $number", "History $number", "Numbers $number"), names(retried))

        // A POST that may have been lost is sent again with its key.
        val key = UUID.randomUUID().toString()
        val once = PostInput(title = "Six", content = "Once")
        val sent = posts.createPost(once, key)
        val again = posts.createPostWithHttpInfo(once, key)
        assertEquals(sent, data(again))
        assertEquals("true", header(again, "idempotency-replayed"))
        assertEquals(listOf(sent), posts.listPostsOfUser(user.id, q = "Once"))

        // A problem says what is wrong, and where.
        val references = listOf(CategoryReference(id = engines.id), CategoryReference(name = ""))
        val invalid = refused(422) { posts.createPost(PostInput(title = "", content = "", categories = references)) }
        assertEquals(ProblemType.INVALID, invalid.type)
        assertEquals(listOf("/categories/1/name", "/content", "/title"), invalid.errors?.map { it.pointer })

        // Who has posts is deleted only with a word on what becomes of them.
        val users = UsersApi(address)
        val inUse = refused(409) { users.deleteUser(user.id) }
        assertEquals(ProblemType.IN_USE, inUse.type)
        assertEquals(listOf("posts" to 7L), inUse.relations?.map { it.relation to it.count })
        assertTrue(inUse.policies.orEmpty().contains("cascade"))
        val preview = users.deleteUser(user.id, dryRun = true, onDelete = "cascade")
        assertEquals(7L, preview.deleted.first { it.relation == "posts" }.count)
        // The short form expects a body, which a 204 does not have.
        val deleted = users.deleteUserWithHttpInfo(user.id, dryRun = false, onDelete = "cascade", null, null)
        assertEquals(204, deleted.statusCode)
        ApiClient.accessToken = null
        assertEquals(404, refused(404) { posts.getPost(post.id) }.status)
    }

    /** The example of docs/clients.md. */
    private fun example(email: String, password: String): Post {
        // example
        val session = AuthenticationApi(address).logIn(LogInInput(email = email, password = password))
        ApiClient.accessToken = session.accessToken

        val posts = PostsApi(address)
        val engines = listOf(CategoryReference(name = "Engines"))
        val input = PostInput(title = "Notes", content = "On the engine", categories = engines)
        val made = posts.createPostWithHttpInfo(input, UUID.randomUUID().toString()) as Success
        val tag = made.headers.getValue("etag").first()

        val history = CategoryLinks(connect = listOf(CategoryReference(name = "History")))
        val post = posts.patchPost(made.data!!.id, PostPatch(categories = history), ifMatch = tag)
        // /example
        return post
    }

    private fun names(post: Post) = post.categories.map { it.name }

    private fun header(answer: ApiResponse<*>, name: String) = answer.headers.getValue(name).first()

    private fun <T : Any> data(answer: ApiResponse<T?>) = checkNotNull((answer as Success).data)

    /** The problem that a call is answered with, which has to have this status. */
    @OptIn(ExperimentalStdlibApi::class)
    private fun refused(status: Int, call: () -> Unit): Problem {
        val refusal = assertThrows<ClientException>(call)
        assertEquals(status, refusal.statusCode)
        val body = (refusal.response as ClientError<*>).body as String
        return checkNotNull(Serializer.moshi.adapter<Problem>().fromJson(body))
    }
}
