package peer;

import com.fasterxml.jackson.annotation.JsonIgnore;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.Set;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.rest.core.config.Projection;

/** The entities of the article with a repository each; Spring Data REST makes the API of them. It asks nobody who they are. */
@SpringBootApplication
public class Peer {
    public static void main(String... arguments) {
        SpringApplication.run(Peer.class, arguments);
    }
}

@Entity
@Table(name = "users")
class User {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    public String name;

    @JsonIgnore
    public String passwordHash;
}

@Entity
@Table(name = "categories")
class Category {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    public String name;
}

@Entity
@Table(name = "posts")
class Post {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    public String title;
    public String content;

    @ManyToOne
    public User author;

    @ManyToMany
    @JoinTable(
            name = "post_categories",
            joinColumns = @JoinColumn(name = "post_id"),
            inverseJoinColumns = @JoinColumn(name = "category_id"))
    public Set<Category> categories;
}

/** A post with its author and categories, in place of links to them. */
@Projection(name = "whole", types = Post.class)
interface WholePost {
    Long getId();

    String getTitle();

    String getContent();

    User getAuthor();

    Set<Category> getCategories();
}

interface UserRepository extends JpaRepository<User, Long> {}

interface CategoryRepository extends JpaRepository<Category, Long> {}

interface PostRepository extends JpaRepository<Post, Long> {}
