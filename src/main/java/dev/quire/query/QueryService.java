package dev.quire.query;

import dev.quire.database.SqlExecutor;
import dev.quire.database.SqlStatement;
import dev.quire.database.SqlStatement.Mode;
import dev.quire.http.Cursor;
import dev.quire.http.FieldParameters;
import dev.quire.http.Page;
import dev.quire.http.PageRequest;
import dev.quire.http.ResponseBufferLimit;
import dev.quire.json.RawJson;
import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.BadRequest;
import dev.quire.problem.ProblemException.Forbidden;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import dev.quire.query.PagedCollection.Order;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;

/**
 * A service for everything that clients read. A single statement reads the members that a request selects, and PostgreSQL
 * builds their JSON. So nothing else is read, and nothing is converted on the way.
 */
@ApplicationScoped
public class QueryService {
    /** The size in bytes after which a page ends, so that a hundred of the longest rows are not in memory at once. */
    private static final int LONG_PAGE = 1024 * 1024;

    /** The rows of a stream that are in memory at a time: at most this number, and none after {@link #LONG_CHUNK} bytes. */
    private static final int CHUNK = 100;

    private static final int LONG_CHUNK = 256 * 1024;

    /** The maximum number of streams. Each may have a chunk in memory for as long as its client takes to read it. */
    private static final int MAX_STREAMS = 64;

    /** The time that a stream waits for each of its statements. Requests without any output yet have their own deadline. */
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(QueryService.class);

    // Mappings of rows. Callers with equal mappings share a result, so each is a constant, or a record with equality.

    private static final Function<RowSet<Row>, Map<Long, RawJson>> BY_ID =
            rows -> stream(rows).collect(Collectors.toMap(row -> row.getLong(0), row -> new RawJson(row.getString(1))));

    private static final Function<RowSet<Row>, RawJson> ONLY = rows ->
            stream(rows).findFirst().map(row -> new RawJson(row.getString(0))).orElse(null);

    private static final Function<RowSet<Row>, Integer> HOW_MANY = RowSet::rowCount;

    private static final Function<RowSet<Row>, Long> COUNTED =
            rows -> rows.iterator().next().getLong(0);

    private record Paged(PageRequest request) implements Function<RowSet<Row>, Page> {
        @Override
        public Page apply(RowSet<Row> rows) {
            return Page.of(rows(rows), request);
        }
    }

    private final SqlExecutor executor;
    private final Representations representations;
    private final ResponseBufferLimit responseBuffers;
    private final AtomicInteger streams = new AtomicInteger();

    QueryService(SqlExecutor executor, Representations representations, ResponseBufferLimit responseBuffers) {
        this.executor = executor;
        this.representations = representations;
        this.responseBuffers = responseBuffers;
    }

    /**
     * Returns the projection that a request selects.
     *
     * @throws BadRequest if a name is unknown
     * @throws Forbidden if the readers of this representation may not see a named member
     */
    public Projection select(Representation representation, FieldParameters showing) {
        return representations.select(representation, showing);
    }

    /** Returns the default projection. */
    public Projection select(Representation representation) {
        return representations.select(representation, FieldParameters.STANDARD);
    }

    /**
     * Returns the JSON object of the row with this id.
     *
     * @throws NotFound as the failure, if there is no such row
     */
    public Uni<RawJson> get(Projection projection, long id) {
        Uni<RawJson> read = projection.counts() ? one(projection, Filter.id(id)) : together(projection, id);
        return read.onItem()
                .ifNull()
                .failWith(() -> notFound(projection.representation().entity().entity(), id));
    }

    private Uni<RawJson> together(Projection projection, long id) {
        return executor.execute(new SqlStatement<>(QueryBuilder.objects(projection), List.of(id), BY_ID, Mode.BATCHED))
                .map(rows -> rows.get(id));
    }

    /** Returns the JSON object of the only row that matches the filter; null if none does. */
    public Uni<RawJson> one(Projection projection, Filter filter) {
        return executor.execute(
                QueryBuilder.object(SqlText.ofStatement(), projection, filter).reading(ONLY));
    }

    /** Returns the same as {@code one} after a change, in the session and the transaction of the change. */
    public Uni<RawJson> stored(Representation representation, Filter filter) {
        return stored(select(representation), filter);
    }

    /** Returns the same for a projection of the caller. */
    public Uni<RawJson> stored(Projection projection, Filter filter) {
        SqlText text = SqlText.ofSession().add("select ");
        projection.write(text);
        return stored(QueryBuilder.where(text.add(QueryBuilder.from(projection.representation())), filter));
    }

    /** Returns the JSON array of all rows that match the filter, which are few. */
    public Uni<RawJson> all(PagedCollection collection, Projection projection, Filter filter) {
        return executor.execute(QueryBuilder.array(SqlText.ofStatement(), collection, projection, filter)
                .reading(ONLY));
    }

    /** Returns the same as {@code all} after a change, in the session and the transaction of the change. */
    public Uni<RawJson> storedAll(PagedCollection collection, Filter filter) {
        return stored(QueryBuilder.array(SqlText.ofSession(), collection, select(collection.representation()), filter));
    }

    /**
     * Returns an inserter of rows of this representation.
     *
     * @param insert common table expressions with a question mark for an array of the tickets of all callers, and for an
     *     array of each of their values. The arrays of the attributes are {@code %2$s}, their columns {@code %3$s}.
     *     {@code created} has the columns of the inserted rows, and {@code ticket} of the caller. After {@code for key
     *     share} there is {@code %1$s}: in a shared statement no caller waits for a lock at the expense of another, so that
     *     rows that cannot be locked are skipped
     * @param inserted the expressions with all columns of the inserted rows, by the tables that they are inserted into
     */
    public RowInserter inserter(Representation representation, String insert, Map<String, String> inserted) {
        return new RowInserter(executor, select(representation), insert, inserted);
    }

    private static Uni<RawJson> stored(SqlText statement) {
        return stored(statement.sql(), statement.values(), String.class)
                .onItem()
                .ifNotNull()
                .transform(RawJson::new);
    }

    static <T> Uni<T> stored(String sql, List<Object> values, Class<T> row) {
        return Panache.getSession().call(Mutiny.Session::flush).chain(session -> {
            var query = session.createNativeQuery(sql, row);
            for (int i = 0; i < values.size(); i++) {
                query.setParameter(i + 1, values.get(i));
            }
            return query.getSingleResultOrNull();
        });
    }

    /**
     * Requires a row of an entity with this id.
     *
     * @throws NotFound as the failure, if there is no such row
     */
    public Uni<Void> require(Class<?> entity, long id) {
        return executor.execute(QueryBuilder.any(EntityMapping.of(entity), Filter.id(id))
                        .reading(HOW_MANY))
                .invoke(rows -> {
                    if (rows == 0) {
                        throw notFound(entity, id);
                    }
                })
                .replaceWithVoid();
    }

    private static NotFound notFound(Class<?> entity, long id) {
        return new NotFound(entity.getSimpleName().toLowerCase(Locale.ROOT), id);
    }

    /**
     * Returns a page, and the total number of rows if the request asks for it.
     *
     * @throws ServiceUnavailable as the failure, if too many long pages have not been read by their clients
     */
    public Uni<Page> page(PagedCollection collection, Projection projection, PageRequest request, Filter filter) {
        Order order = collection.order(request.sort());
        Cursor from = request.cursor();
        boolean backward = from != null && from.backward();
        Order direction = backward ? order.reversed() : order;
        if (responseBuffers.areTooMany()) {
            return Uni.createFrom()
                    .failure(new ServiceUnavailable(
                            Reason.FULL, "Too many long responses are waiting to be read by their clients."));
        }
        Uni<Page> page =
                executor.execute(QueryBuilder.rows(projection, direction, from, request.limit() + 1, LONG_PAGE, filter)
                        .reading(new Paged(request)));
        return request.counted()
                ? page.chain(read -> executor.execute(QueryBuilder.count(collection.representation(), filter)
                                .reading(COUNTED))
                        .map(read::outOf))
                : page;
    }

    /**
     * Returns a page of the rows that a relation leads from to one row, such as the posts of an author.
     *
     * @throws NotFound as the failure, if there is no such row
     */
    public Uni<Page> pageOf(
            PagedCollection collection,
            String relation,
            long id,
            Projection projection,
            PageRequest request,
            Filter filter) {
        // A page with rows proves that the row exists, without a further statement.
        return page(
                        collection,
                        projection,
                        request,
                        related(collection, relation, id).and(filter))
                .call(page -> page.json().isEmptyArray()
                        ? require(target(collection, relation), id)
                        : Uni.createFrom().voidItem());
    }

    /**
     * Streams the same rows, as {@link #stream} does.
     *
     * @throws NotFound as the failure, if there is no such row
     */
    public Multi<RawJson> streamOf(
            PagedCollection collection, String relation, long id, Projection projection, String sort, Filter filter) {
        Multi<RawJson> rows = stream(
                collection, projection, sort, related(collection, relation, id).and(filter));
        return require(target(collection, relation), id).onItem().transformToMulti(there -> rows);
    }

    private static Filter related(PagedCollection collection, String relation, long id) {
        return Filter.related(collection.representation(), relation, List.of(id));
    }

    private static Class<?> target(PagedCollection collection, String relation) {
        return collection.representation().entity().join(relation).target();
    }

    /**
     * Returns every row as a line, and their number in the last line. Each item is a chunk of lines, read by a statement of
     * its own once the previous chunk is on its way. A slow client therefore holds no connection, and a client that
     * disconnects ends the stream.
     */
    public Multi<RawJson> stream(PagedCollection collection, Projection projection, String sort, Filter filter) {
        Order order = collection.order(sort);
        Multi<RawJson> lines = Multi.createBy()
                .repeating()
                .uni(
                        StreamPosition::new,
                        walk -> executor.execute(
                                        QueryBuilder.rows(projection, order, walk.reached, CHUNK, LONG_CHUNK, filter)
                                                .deferrable()
                                                .reading(QueryService::rows))
                                .ifNoItem()
                                .after(STATEMENT_TIMEOUT)
                                .fail()
                                .map(walk::chunk))
                .whilst(chunk -> !chunk.last())
                .map(chunk -> new RawJson(chunk.lines()))
                .onFailure()
                .invoke(failure -> LOG.warnf("A stream was cut: %s", failure));
        return Multi.createFrom().deferred(() -> {
            if (streams.incrementAndGet() > MAX_STREAMS) {
                streams.decrementAndGet();
                return Multi.createFrom().failure(new ServiceUnavailable(Reason.FULL, "Too many streams are open."));
            }
            return lines.onTermination().invoke(streams::decrementAndGet);
        });
    }

    private record Chunk(String lines, boolean last) {}

    /** The position of a stream in its list. */
    private static final class StreamPosition {
        private Cursor reached;
        private long count;

        Chunk chunk(List<Page.Row> found) {
            List<Page.Row> rows = Page.shown(found);
            boolean last = found.size() < CHUNK && rows.size() == found.size();
            count += rows.size();
            reached = last ? null : rows.get(rows.size() - 1).cursor(false);
            Stream<String> lines = rows.stream().map(Page.Row::json);
            Stream<String> end = last ? Stream.of("{\"count\":" + count + "}") : Stream.empty();
            return new Chunk(Stream.concat(lines, end).collect(Collectors.joining("\n")), last);
        }
    }

    private static List<Page.Row> rows(RowSet<Row> rows) {
        return stream(rows)
                .map(row -> new Page.Row(row.getString(0), row.getLong(1), row.getString(2)))
                .toList();
    }

    static Stream<Row> stream(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false);
    }
}
