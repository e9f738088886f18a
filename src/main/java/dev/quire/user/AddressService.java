package dev.quire.user;

import dev.quire.authorization.Caller;
import dev.quire.model.Address;
import dev.quire.model.User;
import dev.quire.paging.Keyset;
import dev.quire.paging.Page;
import dev.quire.paging.PageRequest;
import dev.quire.problem.ProblemException.Invalid;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.ProblemException.Taken;
import io.quarkus.hibernate.reactive.panache.common.WithSession;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.function.Function;

/** The relation of users and addresses, seen from the addresses. */
@ApplicationScoped
public class AddressService {
    private static final Keyset BY_ID = new Keyset("Address a", "a.id", "a.id", false);

    private final UserService users;

    AddressService(UserService users) {
        this.users = users;
    }

    /** All addresses for an admin, one's own for everyone else. */
    @WithSession
    public Uni<Page<AddressView>> page(PageRequest request, Caller caller, boolean withUser) {
        Uni<Page<Long>> ids = caller.admin()
                ? BY_ID.ids(request, "true", Map.of())
                : BY_ID.ids(request, "a.user.id = :caller", Map.of("caller", caller.id()));
        return ids.chain(page -> Keyset.load(page, Address::findWithUser, address -> address.id))
                .map(page -> page.map(view(withUser)));
    }

    @WithSession
    public Uni<AddressView> get(long id, Caller caller, boolean withUser) {
        return Address.findWithUser(id).map(address -> {
            if (address == null) {
                throw new NotFound("address", id);
            }
            caller.require(address.user.id);
            return view(withUser).apply(address);
        });
    }

    /** Gives an address to a user that is there and has none. */
    @WithTransaction
    public Uni<AddressView> create(NewAddressInput input) {
        long id = input.user().id();
        return User.lockWhole(id).chain(user -> {
            if (user == null) {
                throw new Invalid("/user/id", "does not exist");
            }
            if (user.address != null) {
                throw new Taken("/user/id", "The user has an address already.");
            }
            return user.moveTo(AddressInput.toAddress(input.address()))
                    .chain(() -> User.findStored(id))
                    .map(stored -> AddressView.of(stored.address));
        });
    }

    /** Makes the user who lives there along with the address, in one transaction. */
    @WithTransaction
    public Uni<AddressView> createWithUser(NewAddressInput input, String passwordHash, Caller creator) {
        return users.create(input.newUser(), passwordHash, creator).map(UserView::address);
    }

    private static Function<Address, AddressView> view(boolean withUser) {
        return withUser ? AddressView::withUser : AddressView::of;
    }
}
