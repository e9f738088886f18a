package dev.quire.demo;

import dev.quire.category.CategoryReference;
import dev.quire.comment.CommentInput;
import dev.quire.comment.CommentService;
import dev.quire.post.PostInput;
import dev.quire.post.PostService;
import dev.quire.security.Caller;
import dev.quire.security.Passwords;
import dev.quire.user.AddressInput;
import dev.quire.user.NewUserInput;
import dev.quire.user.UserService;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The demo data of development mode. The packaged program does not include this class: see application.properties. */
@Singleton
@IfBuildProfile("dev")
class Demo {
    private static final Logger LOG = Logger.getLogger(Demo.class);

    private static final String DOMAIN = "@quire.example";

    private final UserService users;
    private final PostService posts;
    private final CommentService comments;
    private final Passwords passwords;

    Demo(UserService users, PostService posts, CommentService comments, Passwords passwords) {
        this.users = users;
        this.posts = posts;
        this.comments = comments;
        this.passwords = passwords;
    }

    void fill(@Observes StartupEvent start) throws Throwable {
        String password = DemoPassword.read();
        VertxContextSupport.subscribeAndAwait(() -> users.isThere("grace" + DOMAIN)
                .chain(there -> there
                        ? Uni.createFrom().voidItem()
                        : passwords.hash(password).chain(this::make)));
        LOG.infof(
                "Demo data: log in as ada%s, or as the admin grace%s, with the password %s (kept in %s)",
                DOMAIN, DOMAIN, password, DemoPassword.FILE);
    }

    private Uni<?> make(String hash) {
        return users.createAdmin(user("Grace", "Hopper", "12 Navy Yard", "Washington", "United States"), hash)
                .chain(() -> author(
                        hash,
                        user("Ada", "Lovelace", "12 St James's Square", "London", "United Kingdom"),
                        post(
                                "Notes on the Analytical Engine",
                                "It can do whatever we know how to order it to perform.",
                                "Computing",
                                "History"),
                        post(
                                "Weaving algebraical patterns",
                                "As the Jacquard loom weaves flowers and leaves.",
                                "Computing",
                                "Mathematics")))
                .chain(() -> author(
                        hash,
                        user("Edgar", "Codd", "650 Harry Road", "San Jose", "United States"),
                        post(
                                "A relational model of data",
                                "Future users must be protected from having to know how data"
                                        + " is organized in the machine.",
                                "Databases",
                                "Mathematics"),
                        post("Twelve rules, and one more", "Rule zero comes first.", "Databases")))
                .chain(() -> author(
                        hash,
                        user("Barbara", "Liskov", "32 Vassar Street", "Cambridge", "United States"),
                        post(
                                "What a subtype may do",
                                "If it looks like its supertype, it has to act like it.",
                                "Computing",
                                "Languages")))
                .chain(() -> author(hash, new NewUserInput("alan" + DOMAIN, "Alan Turing", null, null)));
    }

    private Uni<?> author(String hash, NewUserInput author, PostInput... written) {
        return users.create(author, hash, null).chain(made -> {
            Uni<?> all = Uni.createFrom().voidItem();
            for (PostInput post : written) {
                var caller = new Caller(made.id(), false, 0, 0);
                all = all.chain(() -> posts.create(post, caller))
                        .chain(stored ->
                                comments.create(stored.id(), new CommentInput("I welcome questions."), caller));
            }
            return all;
        });
    }

    private static NewUserInput user(String first, String last, String street, String city, String country) {
        return new NewUserInput(
                first.toLowerCase(Locale.ROOT) + DOMAIN,
                first + " " + last,
                null,
                new AddressInput(street, city, country));
    }

    private static PostInput post(String title, String content, String... categories) {
        return new PostInput(
                title,
                content,
                Stream.of(categories)
                        .map(name -> new CategoryReference(null, name))
                        .toList());
    }
}
