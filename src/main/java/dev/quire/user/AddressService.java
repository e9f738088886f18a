package dev.quire.user;

import dev.quire.http.FieldParameters;
import dev.quire.http.IdempotencyKeys;
import dev.quire.http.Page;
import dev.quire.http.PageRequest;
import dev.quire.http.WriteResult;
import dev.quire.json.RawJson;
import dev.quire.mail.MailKind;
import dev.quire.mail.Outbox;
import dev.quire.model.Address;
import dev.quire.model.User;
import dev.quire.problem.ProblemException.Conflict;
import dev.quire.problem.ProblemException.Forbidden;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.SqlErrorMapper;
import dev.quire.problem.Violation.Code;
import dev.quire.query.Filter;
import dev.quire.query.PagedCollection;
import dev.quire.query.Projection;
import dev.quire.query.QueryService;
import dev.quire.query.Representation;
import dev.quire.security.Caller;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** The use cases of the relation between users and addresses, from the side of the addresses. */
@ApplicationScoped
public class AddressService {
    @Produces
    @Singleton
    public static final Representation ADDRESS = Representation.of(Address.class)
            .show("id", "street", "city", "country")
            .offer("user", "Author");

    @Produces
    @Singleton
    public static final PagedCollection ADDRESSES = new PagedCollection(ADDRESS, "id").sort("id");

    private final QueryService queries;
    private final UserService users;
    private final IdempotencyKeys keys;
    private final Outbox outbox;

    AddressService(QueryService queries, UserService users, IdempotencyKeys keys, Outbox outbox) {
        this.queries = queries;
        this.users = users;
        this.keys = keys;
        this.outbox = outbox;
    }

    /** Returns a page of all addresses for an admin, of the caller's own address for everyone else. */
    public Uni<Page> page(PageRequest request, Caller caller, FieldParameters showing) {
        return queries.page(ADDRESSES, queries.select(ADDRESS, showing), request, visibleTo(caller));
    }

    /** Streams the same addresses as lines. */
    public Multi<RawJson> stream(String sort, Caller caller, FieldParameters showing) {
        return queries.stream(ADDRESSES, queries.select(ADDRESS, showing), sort, visibleTo(caller));
    }

    public Uni<RawJson> get(long id, Caller caller, FieldParameters showing) {
        Projection projection = queries.select(ADDRESS, showing);
        return queries.one(projection, Filter.id(id).and(visibleTo(caller)))
                .onItem()
                .ifNull()
                .switchTo(() -> queries.require(Address.class, id).map(there -> {
                    throw new Forbidden("This resource belongs to another user.");
                }));
    }

    /** Returns the filter for the addresses that the caller may see: all for an admin, the own address for everyone else. */
    public static Filter visibleTo(Caller caller) {
        return caller.admin() ? Filter.ALL_ROWS : of(caller.id());
    }

    /** Returns the filter for the address of this user. */
    static Filter of(long user) {
        return Filter.related(ADDRESS, "user", List.of(user));
    }

    /** Creates the address of an existing user without an address. */
    @WithTransaction
    public Uni<WriteResult> create(NewAddressInput input) {
        return keys.executeOnce(() -> User.lockForUpdate(input.user().id()).chain(user -> {
            if (user == null) {
                throw new UnprocessableEntity("/user/id", Code.NOT_FOUND, "does not exist");
            }
            if (user.address != null) {
                throw new Conflict("/user/id", "The user already has an address.");
            }
            return user.moveTo(AddressInput.toAddress(input.address())).chain(() -> stored(user));
        }));
    }

    /** Creates the address together with its user, in one transaction. */
    @WithTransaction
    public Uni<WriteResult> createWithUser(NewAddressInput input, String passwordHash, Caller creator) {
        return keys.executeOnce(() -> users.create(input.newUser(), passwordHash, creator)
                .call(user -> outbox.put(
                        MailKind.CONFIRMATION, user.id(), input.user().email()))
                .onFailure()
                .transform(failure -> SqlErrorMapper.at("/user", failure))
                .chain(made -> User.<User>findById(made.id()))
                .chain(this::stored));
    }

    private Uni<WriteResult> stored(User user) {
        return queries.stored(ADDRESS, of(user.id))
                .map(json -> new WriteResult(user.address.id, "/addresses/" + user.address.id, json, true));
    }
}
