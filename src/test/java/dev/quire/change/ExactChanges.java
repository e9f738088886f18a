package dev.quire.change;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quire.change.EventStream.Event;
import dev.quire.change.EventStream.Refused;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Eight writers change everything at random, in transactions that overlap, stay open, roll back and deadlock, by SQL and by
 * HTTP, while readers keep copies by pages and by streams, and lose answers, connections and the service. At each mark that
 * says that a reader has everything, its copy has every row that nobody has written since. Whenever the writers pause, every
 * copy equals the database.
 *
 * <p>It takes some seconds; {@code -Dexact.seconds=60} has it go on for a minute.
 */
final class ExactChanges {
    private static final int WRITERS = 8;
    private static final int READERS = 4;
    private static final long DURATION = TimeUnit.SECONDS.toNanos(Integer.getInteger("exact.seconds", 15));
    private static final int MIN_ROUNDS = 2;
    private static final long HALF_A_ROUND = TimeUnit.MILLISECONDS.toNanos(1500);

    /** Milliseconds between transactions while a program starts, so that it can on a slow machine. */
    private static final int SLOWER = 1000;

    private static final long BETWEEN_CHECKS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long TIMEOUT_NANOSECONDS = TimeUnit.SECONDS.toNanos(60);

    /** Each row that is there, and the transaction that wrote it, as seen at once; and those that have come to their end. */
    private static final String WRITTEN = """
            select 'post ' || id, xmin::text::bigint from posts
            union all select 'category ' || id, xmin::text::bigint from categories
            union all select 'author ' || id, xmin::text::bigint from users
            union all select 'link ' || post_id || ' ' || category_id, xmin::text::bigint from post_categories
            union all select 'comment ' || id, xmin::text::bigint from comments
            """;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Service service;
    private final List<User> users;
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong transactions = new AtomicLong();
    private final AtomicLong marks = new AtomicLong();
    private final AtomicLong checked = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong hangUps = new AtomicLong();

    /** Where writers and readers meet before and after each pause. */
    private final Phaser pauses = new Phaser();

    private final ThreadLocal<Long> lastCheck = ThreadLocal.withInitial(() -> 0L);

    private volatile boolean isOver;
    private volatile boolean isPaused;
    private volatile boolean isDisturbed;
    private volatile Map<String, JsonNode> stored;

    /** A service with its database. */
    interface Service {
        Connection connect() throws SQLException;

        int port();

        /** Does to the service whatever clients have to survive; by then it may have another port. */
        default void disturb() throws Exception {}
    }

    /** A user with a token. */
    record User(long id, String token) {}

    ExactChanges(Service service, List<User> users) {
        this.service = service;
        this.users = users;
    }

    void run() throws Exception {
        var threads = new ArrayList<Thread>();
        pauses.bulkRegister(1 + WRITERS + 2 * READERS);
        long seed = System.nanoTime();
        for (int i = 0; i < WRITERS; i++) {
            var random = new Random(seed + i);
            boolean byHttp = i < 2;
            threads.add(start(() -> write(random, byHttp)));
        }
        for (int i = 0; i < READERS; i++) {
            var random = new Random(seed + WRITERS + i);
            threads.add(start(() -> readPages(random)));
            threads.add(start(() -> readStreams(random)));
        }

        int rounds = 0;
        long begun = System.nanoTime();
        while (!isOver && failures.isEmpty()) {
            TimeUnit.NANOSECONDS.sleep(HALF_A_ROUND);
            isDisturbed = true;
            service.disturb();
            isDisturbed = false;
            TimeUnit.NANOSECONDS.sleep(HALF_A_ROUND);
            isPaused = true;
            awaitPause();
            try (Connection connection = service.connect()) {
                stored = DeviceCopy.stored(connection);
            }
            isOver = ++rounds >= MIN_ROUNDS && System.nanoTime() - begun >= DURATION;
            pauses.arriveAndAwaitAdvance();
            isPaused = false;
            pauses.arriveAndAwaitAdvance();
        }
        isOver = true;
        pauses.arriveAndDeregister();
        for (Thread thread : threads) {
            thread.join();
        }

        String seen = transactions + " transactions, " + marks + " marks, " + checked + " rows compared at them, "
                + hangUps + " lost answers, " + lost + " failures, " + rounds + " pauses, seed " + seed;
        assertAll(seen, failures.stream().map(failure -> () -> {
            throw failure;
        }));
        assertTrue(transactions.get() > 100 && marks.get() > 10 && checked.get() > 100 && hangUps.get() > 5, seen);
    }

    /** Waits until all writers and readers pause. Whoever waits for an event gets one. */
    private void awaitPause() throws Exception {
        int phase = pauses.arrive();
        for (boolean all = false; !all; ) {
            try (Connection connection = service.connect();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("insert into categories (name) values ('Pause " + System.nanoTime() + "')");
            }
            try {
                pauses.awaitAdvanceInterruptibly(phase, 200, TimeUnit.MILLISECONDS);
                all = true;
            } catch (TimeoutException e) {
                // Somebody is on the way.
            }
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private Thread start(Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception | AssertionError e) {
                failures.add(e);
            } finally {
                pauses.arriveAndDeregister();
            }
        });
        thread.start();
        return thread;
    }

    /** Waits for all others, lets them look at the database, and waits until all have compared. */
    private void pause(Work compare) throws Exception {
        pauses.arriveAndAwaitAdvance();
        pauses.arriveAndAwaitAdvance();
        compare.run();
        pauses.arriveAndAwaitAdvance();
    }

    private interface Exchange {
        void run(int port) throws Exception;
    }

    /** Does this with the service, and lets it fail only if the service is disturbed meanwhile. */
    private void attempt(Exchange exchange) throws Exception {
        int port = service.port();
        try {
            exchange.run(port);
        } catch (IOException e) {
            if (!isDisturbed && service.port() == port) {
                throw e;
            }
            lost.incrementAndGet();
            Thread.sleep(200);
        }
    }

    private boolean isRunning() {
        return !isOver && failures.isEmpty();
    }

    // Writers

    private void write(Random random, boolean byHttp) throws Exception {
        try (Connection connection = service.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set lock_timeout = '3s'");
            connection.commit();
            while (isRunning()) {
                if (isDisturbed) {
                    Thread.sleep(random.nextInt(SLOWER));
                }
                if (isPaused) {
                    pause(() -> {});
                } else if (byHttp) {
                    attempt(port -> request(random, port));
                } else {
                    transaction(random, connection, statement);
                }
            }
        }
    }

    private void transaction(Random random, Connection connection, Statement statement) throws Exception {
        try {
            for (int i = random.nextInt(4); i >= 0; i--) {
                String sql = sql(random);
                if (random.nextInt(8) == 0) {
                    statement.execute("savepoint here");
                    statement.execute(sql);
                    statement.execute("rollback to here");
                } else {
                    statement.execute(sql);
                }
                if (random.nextInt(20) == 0) {
                    Thread.sleep(random.nextInt(1500));
                } else if (random.nextInt(3) == 0) {
                    Thread.sleep(random.nextInt(20));
                }
            }
            if (random.nextInt(6) == 0) {
                connection.rollback();
            } else {
                connection.commit();
            }
            transactions.incrementAndGet();
        } catch (SQLException e) {
            // A deadlock, or somebody else was faster.
            connection.rollback();
        }
    }

    private String sql(Random random) {
        String post = "(select id from posts order by random() limit 1)";
        String category = "(select id from categories order by random() limit 1)";
        long user = users.get(random.nextInt(users.size())).id();
        String word = Integer.toString(random.nextInt(1_000_000), 36);
        return switch (random.nextInt(16)) {
            case 0, 1, 2 ->
                "insert into posts (title, content, author_id) select '%s ' || n, 'Content', %d from generate_series(1, %d) n"
                        .formatted(word, user, 1 + random.nextInt(3));
            case 3 -> "insert into categories (name) values ('%s %d')".formatted(word, System.nanoTime());
            case 4, 5 ->
                "insert into post_categories (post_id, category_id) select p.id, c.id from (select id from posts order by random() limit 3) p,"
                        + " (select id from categories order by random() limit 2) c on conflict do nothing";
            case 6 ->
                "insert into comments (content, post_id, author_id) select '%s', id, %d from posts where id = %s"
                        .formatted(word, user, post);
            case 7 -> "update posts set title = '%s' where id = %s".formatted(word, post);
            case 8 -> "update posts set content = '%s' where id %% 5 = %d".formatted(word, random.nextInt(5));
            case 9 -> "update categories set name = '%s %d' where id = %s".formatted(word, System.nanoTime(), category);
            case 10 -> "update users set name = '%s' where id = %d".formatted(word, user);
            case 11 -> "update comments set content = '%s' where id %% 3 = %d".formatted(word, random.nextInt(3));
            case 12 -> "delete from post_categories where post_id %% 7 = %d".formatted(random.nextInt(7));
            case 13 ->
                "update post_categories l set category_id = " + category + " where post_id = " + post
                        + " and not exists (select from post_categories o where o.post_id = l.post_id and o.category_id <> l.category_id)";
            case 14 ->
                "delete from posts where id in (select id from posts order by random()"
                        + " limit (select 1 + count(*) / 100 from posts))";
            default ->
                random.nextInt(3) == 0
                        ? "delete from categories where id = " + category
                        : "delete from comments where id %% 5 = %d".formatted(random.nextInt(5));
        };
    }

    private void request(Random random, int port) throws Exception {
        User user = users.get(random.nextInt(users.size()));
        String name = "By HTTP " + random.nextInt(20);
        String post =
                "{\"title\": \"By HTTP\", \"content\": \"Content\", \"categories\": [{\"name\": \"" + name + "\"}]}";
        int status =
                switch (random.nextInt(3)) {
                    case 0 -> send(port, "PUT", "/categories/named/" + name.replace(" ", "%20"), user, null);
                    case 1 -> {
                        long own = ownPost(user);
                        yield own == 0 ? 404 : send(port, "DELETE", "/posts/" + own, user, null);
                    }
                    default -> send(port, "POST", "/posts", user, post);
                };
        assertTrue(List.of(200, 201, 204, 404, 409, 422, 503).contains(status), () -> "status " + status);
        transactions.incrementAndGet();
    }

    /** Returns the id of a post of this user, or 0 if there is none. */
    private long ownPost(User user) throws SQLException {
        try (Connection connection = service.connect();
                PreparedStatement statement = connection.prepareStatement(
                        "select id from posts where author_id = ? order by random() limit 1")) {
            statement.setLong(1, user.id());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    private int send(int port, String method, String path, User user, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + user.token())
                .build();
        return client.send(request, BodyHandlers.ofString()).statusCode();
    }

    // Readers

    private void readPages(Random random) throws Exception {
        var copy = new DeviceCopy();
        String[] position = {null};
        while (isRunning()) {
            if (isPaused) {
                pause(() -> {
                    while (page(random, service.port(), copy, position)) {
                        // There are more.
                    }
                    assertSame(copy);
                });
            } else {
                attempt(port -> {
                    if (!page(random, port, copy, position)) {
                        mark(copy, position[0]);
                        Thread.sleep(random.nextInt(200));
                    }
                });
            }
        }
    }

    /** Reads a page, and tells whether there are more; an answer may get lost on the way. */
    private boolean page(Random random, int port, DeviceCopy copy, String... position) throws Exception {
        int limit = List.of(1, 7, 50, 1000).get(random.nextInt(4));
        String since = position[0] == null ? "" : "&since=" + position[0];
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/changes?limit=" + limit + since))
                .build();
        var answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new Refused(answer.statusCode(), answer.body());
        }
        if (random.nextInt(10) == 0) {
            hangUps.incrementAndGet();
            return true;
        }
        JsonNode page = DeviceCopy.json(answer.body());
        page.get("changes").forEach(copy::apply);
        position[0] = page.get("position").asText();
        return page.get("more").asBoolean();
    }

    private void readStreams(Random random) throws Exception {
        var copy = new DeviceCopy();
        String[] position = {null};
        while (isRunning()) {
            attempt(port -> readStream(random, port, copy, position));
        }
    }

    private void readStream(Random random, int port, DeviceCopy copy, String... position) throws Exception {
        int events = 20 + random.nextInt(500);
        try (var stream = new EventStream(port, null, null, position[0])) {
            for (int i = 0; i < events && isRunning(); i++) {
                Event event = next(stream, copy, position);
                if (event.isSynced()) {
                    mark(copy, position[0]);
                }
                if (isPaused) {
                    pause(() -> awaitSame(stream, copy, position));
                }
            }
            hangUps.incrementAndGet();
        }
    }

    private static Event next(EventStream stream, DeviceCopy copy, String... position) throws IOException {
        Event event = stream.next();
        if (event == null) {
            throw new EOFException("the stream ended");
        }
        if ("change".equals(event.name())) {
            copy.apply(event.json());
        }
        if (event.id() != null) {
            position[0] = event.id();
        }
        return event;
    }

    /** Reads on until the copy is the same; nothing more comes. */
    private void awaitSame(EventStream stream, DeviceCopy copy, String... position) throws IOException {
        for (long end = System.nanoTime() + TIMEOUT_NANOSECONDS; !same(copy) && System.nanoTime() < end; ) {
            next(stream, copy, position);
        }
        assertSame(copy);
    }

    private boolean same(DeviceCopy copy) {
        return copy.rows().equals(stored);
    }

    private void assertSame(DeviceCopy copy) {
        assertEquals(stored.keySet(), copy.rows().keySet());
        assertEquals(stored, copy.rows());
    }

    /**
     * Compares the copy with all rows that no transaction has written that may have ended after the position. Row by row,
     * that is more than its position says, and independent of the table of changes.
     */
    private void mark(DeviceCopy copy, String position) throws SQLException {
        if (isDisturbed || System.nanoTime() - lastCheck.get() < BETWEEN_CHECKS) {
            return;
        }
        lastCheck.set(System.nanoTime());
        marks.incrementAndGet();
        long end = Long.parseLong(position.split("-")[2], 36);
        try (Connection connection = service.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set transaction isolation level repeatable read");
            var old = new ArrayList<String>();
            try (ResultSet rows = statement.executeQuery(WRITTEN)) {
                while (rows.next()) {
                    if (rows.getLong(2) < end) {
                        old.add(rows.getString(1));
                    }
                }
            }
            Map<String, JsonNode> now = DeviceCopy.stored(connection);
            Supplier<String> place = () -> "at " + position;
            for (String row : old) {
                assertEquals(now.get(row), copy.rows().get(row), () -> row + " " + place.get());
            }
            checked.addAndGet(old.size());
            // Of those that are gone, each was deleted later.
            try (ResultSet rows = statement.executeQuery(
                    "select kind, id, other from changes where deleted_at is not null and changed_in < '" + end
                            + "'")) {
                while (rows.next()) {
                    String kind = rows.getString(1);
                    String row = kind + " " + rows.getLong(2) + (kind.equals("link") ? " " + rows.getLong(3) : "");
                    assertTrue(!copy.rows().containsKey(row), () -> row + " was deleted before " + position);
                }
            }
            connection.rollback();
        }
    }
}
