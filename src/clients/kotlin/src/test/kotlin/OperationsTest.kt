import dev.quire.client.api.AddressesApi
import dev.quire.client.api.AuthenticationApi
import dev.quire.client.api.BatchApi
import dev.quire.client.api.CategoriesApi
import dev.quire.client.api.ChangesApi
import dev.quire.client.api.CommentsApi
import dev.quire.client.api.PostsApi
import dev.quire.client.api.UsersApi
import dev.quire.client.infrastructure.ApiClient
import dev.quire.client.infrastructure.ApiResponse
import dev.quire.client.model.AddressInput
import dev.quire.client.model.AddressRelation
import dev.quire.client.model.AddressSort
import dev.quire.client.model.BatchOperation
import dev.quire.client.model.BatchResult
import dev.quire.client.model.CategoryInput
import dev.quire.client.model.CategoryPatch
import dev.quire.client.model.CategoryReference
import dev.quire.client.model.ChangePasswordInput
import dev.quire.client.model.ChangeKind
import dev.quire.client.model.CommentInput
import dev.quire.client.model.CommentPatch
import dev.quire.client.model.CommentRelation
import dev.quire.client.model.CompletedConfirmation
import dev.quire.client.model.CompletedRecovery
import dev.quire.client.model.Inhabitant
import dev.quire.client.model.LogIn
import dev.quire.client.model.LogInInput
import dev.quire.client.model.AddressWithUser
import dev.quire.client.model.Invitation
import dev.quire.client.model.PostInput
import dev.quire.client.model.Recovery
import dev.quire.client.model.RefreshInput
import dev.quire.client.model.Role
import dev.quire.client.model.SecondFactorCode
import dev.quire.client.model.UserInput
import dev.quire.client.model.UserPatch
import dev.quire.client.model.UserSort
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.net.URI
import java.nio.ByteBuffer
import java.time.Instant
import java.util.UUID
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec

/** Calls every operation that the scenario leaves out, each with success. */
class OperationsTest {
    private val address = System.getenv("QUIRE_API") ?: "http://localhost:8080"
    private val authentication = AuthenticationApi(address)
    private val users = UsersApi(address)
    private val addresses = AddressesApi(address)
    private val categories = CategoriesApi(address)
    private val posts = PostsApi(address)
    private val number = UUID.randomUUID().toString().take(8)

    @Test
    fun operations() {
        // The keys that verify a token are public.
        assertEquals("RSA", authentication.getKeys().propertyKeys.first().kty)

        // An admin creates a user and changes it.
        val admin = logIn(System.getenv("QUIRE_ADMIN_EMAIL"), System.getenv("QUIRE_ADMIN_PASSWORD"))
        ApiClient.accessToken = admin.accessToken
        val email = "${UUID.randomUUID()}@quire.test"
        val password = UUID.randomUUID().toString()
        val user = users.createUser(Invitation(email = email, name = "Ada Byron", password = password))
        assertEquals(admin.user.id, user.createdBy?.id)
        assertEquals(listOf(user.id), users.listUsers(sort = UserSort.CREATED_AT_DESCENDING, limit = 1).map { it.id })
        assertTrue(exported(users.exportUsers(sort = UserSort.NAME)) >= 2)
        assertEquals("Ada Byron", users.getUser(user.id).name)
        assertEquals("Ada King", users.replaceUser(user.id, UserInput(email = email, name = "Ada King")).name)
        assertEquals("Ada Lovelace", users.patchUser(user.id, UserPatch(name = "Ada Lovelace")).name)
        val promoted = users.setRolesOfUser(user.id, listOf(Role.user, Role.admin))
        assertEquals(setOf(Role.user, Role.admin), promoted.roles.toSet())

        addresses(user.id)
        val category = category()
        sessions(user.id, email, password)
        posts(category)
        val last = recovery(user.id, email, admin)

        // What was created goes again.
        assertNoContent(authentication.logOutWithHttpInfo(RefreshInput(refreshToken = last.refreshToken)))
        ApiClient.accessToken = admin.accessToken
        assertNoContent(categories.deleteCategoryWithHttpInfo(category, dryRun = false, null, null, null))
        assertNoContent(users.deleteUserWithHttpInfo(user.id, dryRun = false, onDelete = "cascade", null, null))
        ApiClient.accessToken = null
    }

    /** Lets the address of a user come and go. */
    private fun addresses(user: Long) {
        val street = "12 St James's Square"
        val put = users.putAddressOfUser(user, AddressInput(street, city = "London", country = "United Kingdom"))
        assertEquals(put.id, users.getAddressOfUser(user).id)
        assertNoContent(users.deleteAddressOfUserWithHttpInfo(user, dryRun = false, null, null))
        val input = AddressWithUser(street, city = "London", country = "United Kingdom", user = Inhabitant(id = user))
        val created = addresses.createAddress(input)
        assertEquals("London", addresses.getAddress(created.id).city)
        val include = listOf(AddressRelation.USER)
        val last = addresses.listAddresses(sort = AddressSort.ID_DESCENDING, limit = 1, include = include)
        assertEquals(listOf(created.id to user), last.map { it.id to it.user?.id })
        assertTrue(exported(addresses.exportAddresses()) >= 1)
    }

    /** Creates a category and renames it. */
    private fun category(): Long {
        val id = categories.createCategory(CategoryInput(name = "Engines $number")).id
        assertEquals("Machines $number", categories.replaceCategory(id, CategoryInput(name = "Machines $number")).name)
        assertEquals("Looms $number", categories.patchCategory(id, CategoryPatch(name = "Looms $number")).name)
        assertEquals("Looms $number", categories.getCategory(id).name)
        assertEquals(id, categories.getCategoryNamed("looms $number").id)
        assertEquals(1, categories.listCategories(limit = 1).size)
        assertTrue(exported(categories.exportCategories()) >= 1)
        return id
    }

    /** Changes the password of a user, which ends the other sessions, and ends one more: the session that is left. */
    private fun sessions(user: Long, email: String, password: String) {
        ApiClient.accessToken = logIn(email, password).accessToken
        val renewed = UUID.randomUUID().toString()
        val change = ChangePasswordInput(current = password, new = renewed)
        assertNoContent(authentication.changePasswordWithHttpInfo(user, change, null, null))
        val session = logIn(email, renewed)
        ApiClient.accessToken = session.accessToken
        val sessions = authentication.listSessions()
        assertEquals(2, sessions.size)
        assertEquals(2, exported(authentication.exportSessions()))
        val other = sessions.first { !it.current }.id
        assertNoContent(authentication.deleteSessionWithHttpInfo(other, dryRun = false, null, null))
    }

    /** Recovers a password by mail, changes the email, and lets a second factor come and go. */
    private fun recovery(user: Long, email: String, admin: LogIn): LogIn {
        assertAccepted(authentication.beginRecoveryWithHttpInfo(Recovery(email = email)))
        val password = UUID.randomUUID().toString()
        val recovered = CompletedRecovery(password = password, token = mailed(email, 2))
        assertNoContent(authentication.completeRecoveryWithHttpInfo(recovered))
        ApiClient.accessToken = admin.accessToken
        assertAccepted(authentication.beginRecoveryOfUserWithHttpInfo(user))

        ApiClient.accessToken = logIn(email, password).accessToken
        val moved = "${UUID.randomUUID()}@quire.test"
        assertEquals(moved, users.patchUser(user, UserPatch(email = moved)).pendingEmail)
        mailed(moved, 1)
        assertAccepted(authentication.beginConfirmationWithHttpInfo())
        val confirmed = CompletedConfirmation(token = mailed(moved, 2))
        assertNoContent(authentication.completeConfirmationWithHttpInfo(confirmed))

        ApiClient.accessToken = logIn(moved, password).accessToken
        val secret = authentication.setSecondFactor().secret
        val codes = authentication.confirmSecondFactor(SecondFactorCode(code = oneTimeCode(secret, 0))).recoveryCodes
        assertEquals(10, codes.size)
        val last = authentication.logIn(LogInInput(moved, password, code = oneTimeCode(secret, 1)))
        ApiClient.accessToken = last.accessToken
        val code = SecondFactorCode(code = codes.first())
        assertNoContent(authentication.deleteSecondFactorWithHttpInfo(code, dryRun = false, null, null))
        return last
    }

    /** Returns the token in the link of a mail to this address, the first being 1. */
    private fun mailed(address: String, number: Int): String {
        val text = URI("${System.getenv("QUIRE_MAILBOX")}/$address/$number").toURL().readText()
        return checkNotNull(Regex("#([\\w-]{43})").find(text)) { text }.groupValues[1]
    }

    /** Returns the code that an authenticator app shows for a secret (RFC 6238), in this time step or one after it. */
    private fun oneTimeCode(secret: String, later: Int): String {
        val alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        val bits = secret.map { alphabet.indexOf(it).toString(2).padStart(5, '0') }.joinToString("")
        val key = bits.chunked(8).filter { it.length == 8 }.map { it.toInt(2).toByte() }.toByteArray()
        val mac = Mac.getInstance("HmacSHA1").apply { init(SecretKeySpec(key, "HmacSHA1")) }
        val step = Instant.now().epochSecond / 30 + later
        val hash = ByteBuffer.wrap(mac.doFinal(ByteBuffer.allocate(8).putLong(step).array()))
        val truncated = hash.getInt(hash.get(19).toInt() and 15) and Int.MAX_VALUE
        return (truncated % 1_000_000).toString().padStart(6, '0')
    }

    /** Creates two posts in a batch, and replaces, connects and disconnects the categories of one. */
    private fun posts(category: Long) {
        val byName = mapOf("title" to "One", "content" to "By name", "categories" to listOf(mapOf("id" to "\$numbers")))
        val results = BatchApi(address).runBatch(
            listOf(
                BatchOperation(BatchOperation.Method.PUT, "/categories/named/Numbers%20$number", id = "numbers"),
                BatchOperation(BatchOperation.Method.POST, "/posts", body = byName),
                BatchOperation(BatchOperation.Method.POST, "/posts", body = PostInput(title = "Two", content = "None")),
            ),
        )
        assertEquals(listOf(201, 201, 201), results.map { it.status })
        val (one, two) = results.drop(1).map { id(it) }

        val replaced = posts.replacePost(two, PostInput(title = "Two", content = "On looms"))
        assertEquals("On looms", replaced.content)
        val numbers = posts.replaceCategoriesOfPost(two, listOf(CategoryReference(name = "Numbers $number"))).first().id
        assertNoContent(posts.connectCategoryToPostWithHttpInfo(two, category, null, null))
        assertEquals(listOf(category, numbers), posts.listCategoriesOfPost(two).map { it.id })
        assertNoContent(posts.disconnectCategoryFromPostWithHttpInfo(two, category, dryRun = false, null, null))
        assertEquals(listOf(two, one), posts.listPostsOfCategory(numbers).map { it.id })
        assertEquals(2, exported(posts.exportPosts(category = listOf(numbers))))
        assertEquals(2, exported(posts.exportPostsOfCategory(numbers)))
        assertEquals(2, exported(posts.exportPostsOfUser(replaced.author.id)))
        comments(two)
        changes()
        assertNoContent(posts.deletePostWithHttpInfo(two, dryRun = false, null, null))
    }

    /** Comments on a post, and changes the comment. */
    private fun comments(post: Long) {
        val comments = CommentsApi(address)
        val created = comments.createComment(post, CommentInput(content = "First"))
        assertEquals("Edited", comments.patchComment(created.id, CommentPatch(content = "Edited")).content)
        val include = listOf(CommentRelation.AUTHOR, CommentRelation.POST)
        assertEquals(post, comments.getComment(created.id, include = include).post?.id)
        assertEquals(listOf(created.id), comments.listCommentsOfPost(post).map { it.id })
        assertEquals(listOf("Edited"), comments.listCommentsOfUser(created.author.id).map { it.content })
        assertEquals(1, exported(comments.exportCommentsOfPost(post)))
        assertEquals(1, exported(comments.exportCommentsOfUser(created.author.id)))
        assertNoContent(comments.deleteCommentWithHttpInfo(created.id, dryRun = false, null, null))
    }

    /** Reads changes as whoever keeps a copy of all rows. */
    private fun changes() {
        val changes = ChangesApi(address)
        val all = changes.listChanges(kinds = listOf(ChangeKind.user))
        assertEquals(listOf(ChangeKind.user), all.changes.map { it.kind })
        assertTrue(changes.listChanges(since = all.position).changes.isEmpty())
    }

    /** Logs in without the token before, which the client would send along, and which a changed email has ended. */
    private fun logIn(email: String, password: String): LogIn {
        ApiClient.accessToken = null
        return authentication.logIn(LogInInput(email, password))
    }

    /** Returns the number of rows in an export, which its last line has. */
    private fun exported(export: File): Int {
        val lines = export.readLines()
        assertEquals("{\"count\":${lines.size - 1}}", lines.last())
        return lines.size - 1
    }

    private fun id(result: BatchResult) = checkNotNull(result.headers.location).substringAfterLast('/').toLong()

    private fun assertAccepted(answer: ApiResponse<*>) = assertEquals(202, answer.statusCode)

    private fun assertNoContent(answer: ApiResponse<*>) = assertEquals(204, answer.statusCode)
}
