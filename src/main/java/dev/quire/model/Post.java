package dev.quire.model;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.util.HashSet;
import java.util.Set;

/** What an author wrote, filed under up to {@value #MAX_CATEGORIES} categories. */
@Entity
@Table(
        name = "posts",
        indexes = {
            @Index(columnList = "author_id, created_at, id"),
            @Index(columnList = "author_id, title, id"),
            @Index(columnList = "created_at, id"),
            @Index(columnList = "title, id")
        })
public class Post extends AuditedEntity {
    /** So that the categories of a post are always read whole. */
    public static final int MAX_CATEGORIES = 20;

    /**
     * Stores new posts with their links, in one statement: expressions that stand in for the tables of their names, so that
     * what follows reads what they have found, as far as a post shows it, and written. Of a post without its author, or with
     * a category that is not there, it stores nothing. Its values are arrays with an element for each post: a number to
     * tell it by, its author, its categories as the text of an array, title, content, and the text of the time.
     *
     * <p>Arrays come by queries of their own, so that how long they are is no reason to plan it anew. The posts get their
     * ids in the order of their numbers, and are told apart by it: nothing that is returned of an insert says from which
     * row it came.
     */
    public static final String PUBLISH = """
            wanted as (
              select ticket, author_id, cast(filed as bigint[]) filed, title, content, cast(at as timestamptz) at
              from unnest(
                (select cast(? as bigint[])), (select cast(? as bigint[])), (select cast(? as text[])),
                (select cast(? as text[])), (select cast(? as text[])), (select cast(? as text[])))
                wanted(ticket, author_id, filed, title, content, at)),
            users as (
              select id, name from users where id = any (array(select author_id from wanted)) for key share),
            categories as (
              select id, name from categories where id = any (array(select unnest(filed) from wanted)) for key share),
            complete as (
              select wanted.*, row_number() over (order by ticket) place from wanted join users on users.id = author_id
              where (select count(*) from categories where id = any (filed)) = cardinality(filed)),
            stored as (
              insert into posts (title, content, created_at, updated_at, author_id)
              select title, content, at, at, author_id from complete order by place
              returning *),
            posts as (
              select stored.*, ticket, filed
              from (select *, row_number() over (order by id) place from stored) stored join complete using (place)),
            post_categories as (
              insert into post_categories (post_id, category_id, post_created_at)
              select id, unnest(filed), created_at from posts
              returning *)""";

    /**
     * Files a post under one more category, in one statement that returns a row when the post is filed under it then.
     * Else it changes nothing: without the post, the author or the category, for a post that has as many as it may,
     * and when the post is changed at the same time, which its version tells. Its values are the post, the category,
     * the author, whether it may be another's too, and the time.
     */
    public static final String CONNECT = """
            with post as (
              select id, version,
                exists (select from post_categories where post_id = posts.id and category_id = $2) linked,
                (select count(*) from post_categories where post_id = posts.id) links
              from posts where id = $1 and (author_id = $3 or $4)),
            touched as (
              update posts set updated_at = $5, version = posts.version + 1 from post
              where posts.id = post.id and posts.version = post.version and not linked and links < %d
                and exists (select from categories where id = $2)
              returning posts.id, created_at),
            made as (
              insert into post_categories (post_id, category_id, post_created_at)
              select id, $2, created_at from touched
              returning 1)
            select 1 from post where linked union all select 1 from made""".formatted(MAX_CATEGORIES);

    /** Takes a post out of a category, in the same way; it returns no row when the post was not in it. */
    public static final String DISCONNECT = """
            with post as (
              select id, version from posts where id = $1 and (author_id = $3 or $4)
                and exists (select from post_categories where post_id = $1 and category_id = $2)),
            touched as (
              update posts set updated_at = $5, version = posts.version + 1 from post
              where posts.id = post.id and posts.version = post.version
              returning posts.id)
            delete from post_categories using touched where post_id = touched.id and category_id = $2
            returning 1""";

    /**
     * Says of a post r0 whether it has the words of a query, given three times. A phrase is looked for in the text itself when
     * that has more words than its index, see search_vector.
     */
    public static final String MATCHES =
            "r0.search @@ search_query(?) and (cast(search_query(?) as text) not like '%<->%'"
                    + " or not r0.search @@ cast('''!''' as tsquery)"
                    + " or search_matches(search_text(r0.title || ' ' || r0.content), ?))";

    private static final String LINK = "insert into post_categories (post_id, category_id, post_created_at)"
            + " select id, unnest(cast(:categories as bigint[])), created_at from posts where id = :post";

    private static final String UNLINK = "delete from post_categories where post_id = :post"
            + " and category_id = any (cast(:categories as bigint[]))";

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    @Column(nullable = false, length = 200)
    public String title;

    @Column(nullable = false, length = 100_000)
    public String content;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    @JoinColumn(name = "author_id", nullable = false)
    public User author;

    /** The owning side, read as a set and written by {@link #PUBLISH} and {@link #fileUnder}. */
    @ManyToMany
    @JoinTable(
            name = "post_categories",
            joinColumns = @JoinColumn(name = "post_id"),
            inverseJoinColumns = @JoinColumn(name = "category_id"))
    @LinkColumn(name = "post_created_at", copyOf = "createdAt")
    @OrderBy("name")
    public Set<Category> categories = new HashSet<>();

    /**
     * The post with author and categories for a change, or null when there is none with this id: others who want to change
     * this post wait until the transaction ends.
     */
    public static Uni<Post> lockForUpdate(long id) {
        return lock("posts", id)
                .chain(() -> Panache.getSession())
                .chain(session -> session.createSelectionQuery(
                                "from Post p join fetch p.author left join fetch p.categories where p.id = :id",
                                Post.class)
                        .setParameter("id", id)
                        .getSingleResultOrNull());
    }

    /**
     * Deletes the post with its links, by a statement of its own: when several transactions remove entities of one kind
     * through their sessions, Hibernate Reactive mixes them up and some never end (hibernate-reactive#1713).
     */
    public static Uni<Long> deleteOne(Post post) {
        return delete("id", post.id);
    }

    /** How many posts are filed under this category. */
    public static Uni<Long> countIn(Category category) {
        return count("from Post p join p.categories c where c = ?1", category);
    }

    /** Deletes everything that this author wrote; the links go with the posts, by their foreign key. */
    public static Uni<Long> deleteAllBy(User author) {
        return delete("author", author);
    }

    /** Makes this user the author of everything that another wrote. */
    public static Uni<Integer> giveAllTo(long newOwner, User author) {
        return update(
                "author.id = ?1, updatedAt = current_timestamp, version = version + 1 where author = ?2",
                newOwner,
                author);
    }

    /**
     * Files the post under exactly these. It deletes and inserts just the links that differ, by a statement each however
     * many there are; through the set, Hibernate Reactive would send each link by itself.
     */
    public Uni<?> fileUnder(Set<Category> wanted) {
        Long[] more = without(wanted, categories);
        Long[] gone = without(categories, wanted);
        if (more.length + gone.length > 0) {
            touch();
        }
        return links(LINK, more).chain(() -> links(UNLINK, gone));
    }

    private Uni<?> links(String statement, Long[] ids) {
        return ids.length == 0
                ? Uni.createFrom().voidItem()
                : Panache.getSession()
                        .chain(session -> session.createNativeQuery(statement)
                                .setParameter("post", id)
                                .setParameter("categories", ids)
                                .executeUpdate());
    }

    private static Long[] without(Set<Category> some, Set<Category> others) {
        return some.stream()
                .filter(category -> !others.contains(category))
                .map(category -> category.id)
                .toArray(Long[]::new);
    }
}
