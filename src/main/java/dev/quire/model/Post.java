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
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A text of an author, filed under up to {@value #MAX_CATEGORIES} categories. */
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
    /** The maximum number of categories of a post, few enough to read all of them every time. */
    public static final int MAX_CATEGORIES = 20;

    /**
     * The common table expressions of a statement that inserts posts with their links. {@code created} has the posts with
     * their tickets. A post is not stored if its author or one of its categories does not exist. Each parameter is an array
     * with an element per post: a ticket to identify the post, its author, its categories as the text of an array, the time
     * as text, and the attributes of the entity. {@code %2$s} are the arrays of the attributes, and {@code %3$s} are their
     * columns. What is to follow {@code for key share} is {@code %1$s}.
     *
     * <p>Each array is a subquery, so that the statement is not planned anew for each length. The posts get their ids in the
     * order of their tickets. That order maps the inserted rows back to tickets, since an insert does not return the source
     * of a row. No expression has the name of a table, which it would hide from the query after it.
     */
    public static final String INSERT = """
            wanted as (
              select ticket, author_id, cast(filed as bigint[]) filed, cast(at as timestamptz) at, %3$s
              from unnest(
                (select cast(? as bigint[])), (select cast(? as bigint[])), (select cast(? as text[])),
                (select cast(? as text[])), %2$s)
                wanted(ticket, author_id, filed, at, %3$s)),
            locked_users as (
              select id from users where id = any (array(select author_id from wanted)) for key share%1$s),
            locked_categories as (
              select id from categories where id = any (array(select unnest(filed) from wanted)) for key share%1$s),
            complete as (
              select wanted.*, row_number() over (order by ticket) place
              from wanted join locked_users on locked_users.id = author_id
              where (select count(*) from locked_categories where id = any (filed)) = cardinality(filed)),
            inserted_posts as (
              insert into posts (created_at, updated_at, author_id, %3$s)
              select at, at, author_id, %3$s from complete order by place
              returning *),
            created as (
              select inserted.*, ticket, filed
              from (select *, row_number() over (order by id) place from inserted_posts) inserted
              join complete using (place)),
            inserted_links as (
              insert into post_categories (post_id, category_id, post_created_at)
              select id, unnest(filed), created_at from created
              returning *)""";

    /** The expressions of {@link #INSERT} with the inserted rows, by table. */
    public static final Map<String, String> INSERTED =
            Map.of("posts", "inserted_posts", "post_categories", "inserted_links");

    /**
     * The statement that files a post under one more category. It returns a row if the post is in the category afterwards.
     * Otherwise it changes nothing: the post or the category does not exist, the post is by another author, it has the
     * maximum number of categories, or it is changed concurrently, which its version shows. The parameters are the post, the
     * category, the author, true to allow posts of other authors, and the time.
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

    /** The statement that removes a post from a category, in the same way. It returns no row if the post was not in it. */
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
     * The SQL condition that a post {@code r0} matches a search query, which is bound three times. If the text has more
     * words than its index can hold, phrases are searched in the text itself: see {@code search_vector} in the schema.
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

    /** The owning side, read as a set and written by {@link #INSERT} and {@link #fileUnder}. */
    @ManyToMany
    @JoinTable(
            name = "post_categories",
            joinColumns = @JoinColumn(name = "post_id"),
            inverseJoinColumns = @JoinColumn(name = "category_id"))
    @LinkColumn(name = "post_created_at", copyOf = "createdAt")
    @OrderBy("name")
    public Set<Category> categories = new HashSet<>();

    /** The inverse side of {@link Comment#post}. Queries read it page by page; the set itself is never loaded. */
    @OneToMany(mappedBy = "post", fetch = FetchType.LAZY)
    @OrderBy("createdAt desc")
    public Set<Comment> comments;

    /** Locks a post against deletion until the transaction ends, and returns a reference; null if there is no such post. */
    public static Uni<Post> lockForReference(long id) {
        return lockForReference("posts", Post.class, id);
    }

    /**
     * Locks and returns the post with author and categories, null if there is none with this id. Other writers of this post
     * wait until the transaction ends.
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
     * Deletes the post with its links, by a separate statement. If several transactions remove entities of the same type
     * through their sessions, Hibernate Reactive confuses them and some never end (hibernate-reactive#1713).
     */
    public static Uni<Long> deleteOne(Post post) {
        return delete("id", post.id);
    }

    /**
     * Files the post under exactly these categories. Only the links that differ are changed, by one statement for all new
     * links and one for all removed links. Through the set, Hibernate Reactive would send a statement for each link.
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
