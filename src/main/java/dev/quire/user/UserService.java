package dev.quire.user;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quire.http.DeletePolicy;
import dev.quire.http.DeletePolicy.Policy;
import dev.quire.http.DeletionReport;
import dev.quire.http.DeletionReport.AffectedRows;
import dev.quire.http.FieldParameters;
import dev.quire.http.IdempotencyKeys;
import dev.quire.http.Page;
import dev.quire.http.PageRequest;
import dev.quire.http.Preconditions;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.json.RequestBodies;
import dev.quire.model.User;
import dev.quire.model.User.Credentials;
import dev.quire.model.User.Identity;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.Forbidden;
import dev.quire.problem.ProblemException.InvalidToken;
import dev.quire.problem.ProblemException.LastAdmin;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation;
import dev.quire.problem.Violation.Code;
import dev.quire.query.ChangeKind;
import dev.quire.query.Deletions;
import dev.quire.query.Filter;
import dev.quire.query.PagedCollection;
import dev.quire.query.QueryService;
import dev.quire.query.Representation;
import dev.quire.security.Audit;
import dev.quire.security.Audit.Event;
import dev.quire.security.Caller;
import dev.quire.security.Client;
import dev.quire.security.Revocations;
import dev.quire.security.SecuritySettings;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.common.WithSession;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.Readiness;

/** The use cases of users, and of the address that each may have. */
@ApplicationScoped
public class UserService {
    private static final List<String> ROLES = List.of(Caller.USER, Caller.ADMIN);

    /** The representation of users for themselves, and of all users for admins. */
    @Produces
    @Singleton
    public static final Representation USER = Representation.of(User.class)
            .show("id", "email", "emailConfirmed", "pendingEmail", "name")
            .embed("address", "Address")
            .showIf("roles", "admin", "[\"admin\",\"user\"]", "[\"user\"]")
            .embed("createdBy", "Author")
            .show("createdAt", "updatedAt")
            .offer("posts", "Post", 10)
            .count("postCount", "posts");

    @Produces
    @Singleton
    public static final ChangeKind CHANGES = ChangeKind.ofOwner("user", USER);

    /** The public representation of a user. */
    @Produces
    @Singleton
    public static final Representation AUTHOR = Representation.of(User.class, "Author")
            .show("id", "name")
            .offer("posts", "Post", 10)
            .count("postCount", "posts")
            .withhold(
                    "email",
                    "emailConfirmed",
                    "pendingEmail",
                    "address",
                    "roles",
                    "createdBy",
                    "createdAt",
                    "updatedAt");

    @Produces
    @Singleton
    public static final ChangeKind CHANGES_OF_AUTHORS = ChangeKind.of("author", AUTHOR);

    @Produces
    @Singleton
    public static final PagedCollection USERS =
            new PagedCollection(USER, "createdAt").sort("createdAt", "name").filter(UserFilter.class);

    private final QueryService queries;
    private final Deletions deletions;
    private final RequestBodies bodies;
    private final Preconditions preconditions;
    private final IdempotencyKeys keys;
    private final Revocations revocations;
    private final Audit audit;
    private final EmailChanges emails;
    private final Duration stepUp;

    UserService(
            QueryService queries,
            Deletions deletions,
            RequestBodies bodies,
            Preconditions preconditions,
            IdempotencyKeys keys,
            @Readiness Revocations revocations,
            Audit audit,
            EmailChanges emails,
            SecuritySettings settings) {
        this.queries = queries;
        this.deletions = deletions;
        this.bodies = bodies;
        this.preconditions = preconditions;
        this.keys = keys;
        this.revocations = revocations;
        this.audit = audit;
        this.emails = emails;
        this.stepUp = settings.stepUp();
    }

    /**
     * Creates a user, with the address if there is one.
     *
     * @param creator the admin that creates the user; null for users that register themselves
     */
    @WithTransaction
    public Uni<WriteResult> create(NewUserInput input, String passwordHash, Caller creator) {
        return keys.executeOnce(() -> Panache.getSession()
                .map(session -> {
                    var user = new User();
                    user.email = input.email();
                    user.name = input.name();
                    user.passwordHash = passwordHash;
                    user.address = AddressInput.toAddress(input.address());
                    user.createdBy = creator == null ? null : session.getReference(User.class, creator.id());
                    return user;
                })
                .chain(user -> user.<User>persistAndFlush())
                .chain(user -> stored(user.id).map(json -> new WriteResult(user.id, "/users/" + user.id, json, true))));
    }

    /** Returns whether there is a user with this email. */
    @WithSession
    public Uni<Boolean> isThere(String email) {
        return User.findCredentials(email).map(found -> found != null);
    }

    /** Returns the credentials by email without regard to case; null as the item if there is no such user. */
    @WithSession
    public Uni<Credentials> credentials(String email) {
        return User.findCredentials(email);
    }

    /** Replaces the hash of an unchanged password. Returns the new hash, null as the item if {@code from} is outdated. */
    @WithTransaction
    public Uni<String> rehash(long id, String from, String to) {
        return User.rehash(id, from, to).map(changed -> changed == 0 ? null : to);
    }

    /**
     * Returns the email, the name and the password hash of the user of a token.
     *
     * @throws InvalidToken as the failure, when the user was deleted in the meantime
     */
    @WithSession
    public Uni<Identity> identity(long id) {
        return User.findIdentity(id).onItem().ifNull().failWith(UserService::deletedSince);
    }

    /**
     * Returns the user of a token.
     *
     * @throws InvalidToken as the failure, when the user was deleted in the meantime
     */
    public Uni<RawJson> self(long id, FieldParameters showing) {
        return queries.one(queries.select(USER, showing), Filter.id(id))
                .onItem()
                .ifNull()
                .failWith(UserService::deletedSince);
    }

    private static InvalidToken deletedSince() {
        return new InvalidToken("The user of this token was deleted.");
    }

    @WithSession
    public Uni<Boolean> hasAdmin() {
        return User.count("admin").map(admins -> admins > 0);
    }

    /** Creates an admin. Fails if a user has this email already, since that user was not chosen to be an admin. */
    @WithTransaction
    public Uni<Void> createAdmin(NewUserInput input, String passwordHash) {
        return create(input, passwordHash, null)
                .chain(made -> User.<User>findById(made.id()))
                .invoke(user -> user.admin = true)
                .replaceWithVoid();
    }

    public Uni<Page> page(Instant createdAfter, Instant createdBefore, FieldParameters showing, PageRequest request) {
        return queries.page(
                USERS, queries.select(USER, showing), request, Filter.created(USER, createdAfter, createdBefore));
    }

    /** Streams the same users as lines. */
    public Multi<RawJson> stream(Instant createdAfter, Instant createdBefore, FieldParameters showing, String sort) {
        return queries.stream(
                USERS, queries.select(USER, showing), sort, Filter.created(USER, createdAfter, createdBefore));
    }

    /** Returns the complete user for themselves and for admins, else the public view. */
    public Uni<RawJson> get(long id, Caller caller, FieldParameters showing) {
        return queries.get(queries.select(caller.may(id) ? USER : AUTHOR, showing), id)
                .onFailure(NotFound.class)
                .transform(absent -> new NotFound("user", id));
    }

    /** Replaces the members that can be changed. A body without a member {@code address} keeps the address. */
    @WithTransaction
    public Uni<RawJson> replace(long id, Caller caller, ObjectNode body) {
        return change(id, caller, user -> {
            ObjectNode input = body.deepCopy();
            if (!input.has("address")) {
                input.set("address", bodies.tree(AddressInput.of(user.address)));
            }
            return apply(bodies.read(input, UserInput.class), user, caller);
        });
    }

    /** Changes the members named in a merge patch (RFC 7396). */
    @WithTransaction
    public Uni<RawJson> patch(long id, Caller caller, ObjectNode patch) {
        return change(
                id,
                caller,
                user -> apply(bodies.read(bodies.merge(UserInput.of(user), patch), UserInput.class), user, caller));
    }

    private Uni<?> apply(UserInput input, User user, Caller caller) {
        return input.applyTo(user).chain(() -> {
            if (input.email().equals(user.email)) {
                return Uni.createFrom().voidItem();
            }
            caller.requireLogInWithin(stepUp);
            return emails.change(user, input.email());
        });
    }

    /**
     * Deletes the user with the address. Existing posts prevent the deletion unless the policy says how to treat them.
     * Accounts created by the user lose their {@code createdBy}. All tokens of the user become invalid.
     *
     * @throws LastAdmin as the failure, when there is no other admin
     */
    public Uni<DeletionReport> delete(long id, Caller caller, DeletePolicy onDelete, boolean dryRun) {
        caller.require(id);
        if (!dryRun) {
            caller.requireLogInWithin(stepUp);
        }
        return delete(id, onDelete, dryRun).call(() -> dryRun ? Uni.createFrom().voidItem() : revocations.learn());
    }

    @WithTransaction
    Uni<DeletionReport> delete(long id, DeletePolicy onDelete, boolean dryRun) {
        return User.lockAdminsWith(id)
                .chain(admins -> User.lockToDelete(id)
                        .map(user -> found(user, id))
                        .call(() -> preconditions.check(() -> stored(id)))
                        .invoke(user -> requireAnotherAdmin(user, admins))
                        .chain(user -> delete(user, onDelete, dryRun)));
    }

    /** Requires another admin. With the admins locked, only one of two that delete each other concurrently is deleted. */
    private static void requireAnotherAdmin(User user, List<Long> admins) {
        if (user.admin && admins.isEmpty()) {
            throw new ServiceUnavailable(Reason.CONFLICT, "The roles of the user are being changed.");
        }
        if (admins.equals(List.of(user.id))) {
            throw new LastAdmin();
        }
    }

    /**
     * Gives a user exactly these roles. A removed role is lost immediately, an added role takes effect with the next token.
     *
     * @throws Forbidden for the caller's own roles, so that an admin remains; as the failure, when the caller is no longer
     *     an admin
     */
    public Uni<RawJson> setRoles(long id, Caller caller, List<String> roles, Client client) {
        var violations = new ArrayList<Violation>();
        for (int i = 0; i < roles.size(); i++) {
            if (!ROLES.contains(roles.get(i))) {
                violations.add(Violation.at("/" + i, Code.INVALID, "must be one of " + String.join(", ", ROLES)));
            }
        }
        if (!roles.contains(Caller.USER)) {
            violations.add(Violation.at("", Code.REQUIRED, "must contain " + Caller.USER));
        }
        if (!violations.isEmpty()) {
            throw new UnprocessableEntity(violations);
        }
        if (caller.id() == id) {
            throw new Forbidden("Users cannot change their own roles.");
        }
        caller.requireLogInWithin(stepUp);
        boolean admin = roles.contains(Caller.ADMIN);
        return setAdmin(id, caller, admin)
                .call(() -> revocations.learn())
                .invoke(() ->
                        audit.log(Event.ROLES_CHANGED, client, Map.of("user", id, "admin", admin, "by", caller.id())));
    }

    @WithTransaction
    Uni<RawJson> setAdmin(long id, Caller caller, boolean admin) {
        return User.lockAdmins()
                .invoke(admins -> {
                    if (!admins.contains(caller.id())) {
                        throw new Forbidden("The role admin is required.");
                    }
                })
                .chain(() -> lock(id))
                .call(() -> preconditions.check(() -> stored(id)))
                .invoke(user -> user.admin = admin)
                .chain(() -> stored(id));
    }

    private Uni<DeletionReport> delete(User user, DeletePolicy onDelete, boolean dryRun) {
        Uni<?> allowed = onDelete.policy() == Policy.REASSIGN
                ? newOwner(user, onDelete)
                : Uni.createFrom().voidItem();
        return allowed.chain(() -> deletions.delete(User.class, user.id, onDelete, dryRun, user::deleteWithAddress));
    }

    private static Uni<User> newOwner(User user, DeletePolicy onDelete) {
        return User.lockForReference(onDelete.newOwner()).invoke(newOwner -> {
            if (newOwner == null || newOwner == user) {
                throw BadRequest.parameter("onDelete", Code.NOT_FOUND, "must name another user who exists");
            }
        });
    }

    private static String placeOfAddress(long id) {
        return "/users/" + id + "/address";
    }

    public Uni<RawJson> address(long id, Caller caller, FieldParameters showing) {
        caller.require(id);
        return queries.one(queries.select(AddressService.ADDRESS, showing), AddressService.of(id))
                .onItem()
                .ifNull()
                .switchTo(() -> queries.require(User.class, id).map(there -> {
                    throw new NotFound("User " + id + " has no address.");
                }));
    }

    /** Sets the address of the user, in place of any existing address. */
    @WithTransaction
    public Uni<WriteResult> putAddress(long id, Caller caller, AddressInput input) {
        caller.require(id);
        return lock(id).call(() -> preconditions.check(() -> storedAddress(id))).chain(user -> {
            boolean created = user.address == null;
            return user.moveTo(AddressInput.toAddress(input))
                    .chain(() -> storedAddress(id))
                    .map(json -> new WriteResult(user.address.id, placeOfAddress(id), json, created));
        });
    }

    /** Removes the address from the user, and deletes it. */
    @WithTransaction
    public Uni<DeletionReport> deleteAddress(long id, Caller caller, boolean dryRun) {
        caller.require(id);
        return lock(id).chain(user -> {
            if (user.address == null) {
                throw new NotFound("User " + id + " has no address.");
            }
            var address = new AffectedRows("addresses", 1, placeOfAddress(id));
            return preconditions
                    .check(() -> storedAddress(id))
                    .chain(() -> dryRun ? Uni.createFrom().voidItem() : user.moveTo(null))
                    .replaceWith(DeletionReport.of(Stream.of(address), Stream.of(), Stream.of()));
        });
    }

    private Uni<RawJson> change(long id, Caller caller, Function<User, Uni<?>> change) {
        caller.require(id);
        return lock(id).call(() -> preconditions.check(() -> stored(id)))
                .call(change::apply)
                .chain(() -> stored(id));
    }

    private static Uni<User> lock(long id) {
        return User.lockForUpdate(id).map(user -> found(user, id));
    }

    private Uni<RawJson> stored(long id) {
        return queries.stored(USER, Filter.id(id));
    }

    private Uni<RawJson> storedAddress(long id) {
        return queries.stored(AddressService.ADDRESS, AddressService.of(id));
    }

    private static User found(User user, long id) {
        if (user == null) {
            throw new NotFound("user", id);
        }
        return user;
    }
}
