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
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;

/** A text of a user about a post. */
@Entity
@Table(
        name = "comments",
        indexes = {@Index(columnList = "post_id, created_at, id"), @Index(columnList = "author_id, created_at, id")})
public class Comment extends AuditedEntity {
    /** The maximum length of the content, in characters. */
    public static final int MAX_CONTENT = 10_000;

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    @Column(nullable = false, length = MAX_CONTENT)
    public String content;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    @OnDelete(action = OnDeleteAction.CASCADE)
    @JoinColumn(name = "post_id", nullable = false, updatable = false)
    public Post post;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    @JoinColumn(name = "author_id", nullable = false)
    public User author;

    /**
     * Locks and returns the comment with its post, null if there is none with this id. Other writers of this comment wait
     * until the transaction ends.
     */
    public static Uni<Comment> lockForUpdate(long id) {
        return lock("comments", id)
                .chain(() -> Panache.getSession())
                .chain(session -> session.createSelectionQuery(
                                "from Comment c join fetch c.post where c.id = :id", Comment.class)
                        .setParameter("id", id)
                        .getSingleResultOrNull());
    }

    /** Deletes the comment by a separate statement: see {@link Post#deleteOne}. */
    public static Uni<Long> deleteOne(Comment comment) {
        return delete("id", comment.id);
    }
}
