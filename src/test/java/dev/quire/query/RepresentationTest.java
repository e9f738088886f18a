package dev.quire.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quire.model.Address;
import dev.quire.model.Category;
import dev.quire.model.Post;
import dev.quire.model.User;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Representations that do not match their entity, which are refused with the name of the fault. */
class RepresentationTest {
    @Test
    void unknownMemberIsRefused() {
        fails("There is no Post.subtitle", () -> Representation.of(Post.class).show("id", "subtitle"));
        fails("There is no Post.editor", () -> Representation.of(Post.class).embed("editor", "Author"));
        fails("There is no User.posted", () -> Representation.of(User.class).count("postCount", "posted"));
        fails("There is no User.owner", () -> Representation.of(User.class).showIf("roles", "owner", "1", "2"));
    }

    @Test
    void memberOfTheWrongKindIsRefused() {
        fails("Post.author is not to many", () -> Representation.of(Post.class).count("authors", "author"));
        fails(
                "Post.title is not a relation",
                () -> Representation.of(Post.class).embed("title", "Author"));
        fails(
                "Post.author is of a type that is not shown: dev.quire.model.User",
                () -> Representation.of(Post.class).show("author"));
    }

    @Test
    void sortByAnUnknownMemberIsRefused() {
        var posts = new PagedCollection(Representation.of(Post.class), "-createdAt");
        fails("There is no Post.length", () -> posts.sort("createdAt", "length"));
    }

    @Test
    void relationWithoutAnOrderIsRefused() {
        fails(
                "Shelf.posts has no @OrderBy with a member",
                () -> Representation.of(Shelf.class).offer("posts", "Post", 10));
    }

    @Test
    void malformedOrderIsRefused() {
        fails(
                "Shelf.tidy has an @OrderBy of more than a direction",
                () -> Representation.of(Shelf.class).offer("tidy", "Post", 10));
    }

    @Test
    void unknownRepresentationIsRefused() {
        var address = Representation.of(Address.class).offer("user", "Author");

        fails(
                "There is no representation Author of User, which Address.user embeds",
                () -> new Representations(List.of(address)));
        fails(
                "There is no representation Author of User, which Address.user embeds",
                () -> new Representations(List.of(address, Representation.of(Category.class, "Author"))));
    }

    private static void fails(String message, Executable making) {
        assertEquals(message, assertThrows(IllegalStateException.class, making).getMessage());
    }

    @Table(name = "shelves")
    private static final class Shelf {
        @OneToMany(mappedBy = "author")
        private Set<Post> posts;

        @OneToMany(mappedBy = "author")
        @OrderBy("title asc nulls last")
        private Set<Post> tidy;
    }
}
