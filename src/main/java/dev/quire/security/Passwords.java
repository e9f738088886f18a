package dev.quire.security;

import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation.Code;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ExecutorServiceMetrics;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.smallrye.mutiny.vertx.MutinyHelper;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

/**
 * The hashing of passwords with Argon2id (RFC 9106). It has its own threads and a limit of pending hashes, so that a flood
 * of log-ins slows down log-ins only.
 */
@ApplicationScoped
@Startup
public class Passwords {
    /** The share of the processors for hashing. A flood of log-ins must leave four fifths for everything else. */
    private static final double SHARE = 0.2;

    /** The share of the heap for hashing. The heap is small in a container. */
    private static final double SHARE_OF_HEAP = 0.4;

    /** The delay of a rejection, so that the client cannot retry immediately. */
    private static final Duration REFUSAL = Duration.ofSeconds(1);

    // None of these fields is static: a native image would keep the processors and random numbers of the build machine.

    /** The maximum number of concurrent hashes. */
    private final int most;

    /** The rest of a thread per second of work, in seconds, while hashes are pending: one thread may exceed the share. */
    private final double rest;

    private final int mostWaiting;

    private final Argon2PasswordEncoder argon2;

    /** The prefix of every hash with the current parameters. */
    private final String parameters;

    /** A made-up hash that takes the work of a real hash. Computing a real hash would be the longest part of startup. */
    private final String nobodysHash;

    private final ExecutorService threads;
    private final AtomicInteger waiting = new AtomicInteger();

    Passwords(SecuritySettings settings, MeterRegistry registry) {
        SecuritySettings.HashingCost cost = settings.passwords();
        int kibibytes = cost.memory();
        int iterations = cost.iterations();
        int lanes = cost.parallelism();
        Runtime jvm = Runtime.getRuntime();
        // Each concurrent hash takes a processor, and 19 MiB.
        double room = Math.max(1, Math.floor(SHARE_OF_HEAP * jvm.maxMemory() / 1024 / kibibytes));
        double share = Math.min(SHARE * jvm.availableProcessors(), room);
        most = Math.max(1, (int) share);
        rest = most / share - 1;
        // At about 20 hashes per second and thread, less the rests, the last in the queue waits some seconds.
        mostWaiting = (int) Math.ceil(100 * share);
        argon2 = new Argon2PasswordEncoder(16, 32, lanes, kibibytes, iterations);
        parameters = "$argon2id$v=19$m=%d,t=%d,p=%d$".formatted(kibibytes, iterations, lanes);
        nobodysHash = parameters + "A".repeat(22) + "$" + "A".repeat(43);
        ExecutorService pool = Executors.newFixedThreadPool(most, work -> {
            var thread = new Thread(work, "password-hashing");
            thread.setDaemon(true);
            return thread;
        });
        threads = ExecutorServiceMetrics.monitor(registry, pool, "password-hashing");
    }

    /**
     * Returns the salted hash of a new password.
     *
     * @param pointer the JSON pointer to the password in the request body
     * @param known the facts that others know about the user, such as the email and the name
     * @throws UnprocessableEntity as the failure, when the password is too easy to guess
     * @throws ServiceUnavailable as the failure, after a delay, when too many hashes are pending
     */
    public Uni<String> hashNew(String password, String pointer, List<String> known) {
        return later(() -> {
            String canonical = canonical(password);
            if (PasswordStrength.isWeak(canonical, known)) {
                throw new UnprocessableEntity(pointer, Code.TOO_WEAK, "is too easy to guess");
            }
            return argon2.encode(canonical);
        });
    }

    /**
     * Returns the salted hash of a password.
     *
     * @throws ServiceUnavailable as the failure, after a delay, when too many hashes are pending
     */
    public Uni<String> hash(String password) {
        return later(() -> argon2.encode(canonical(password)));
    }

    /**
     * Returns the salted hash of a password that nobody knows, for a user that has none yet.
     *
     * @throws ServiceUnavailable as the failure, after a delay, when too many hashes are pending
     */
    public Uni<String> hashUnknown() {
        byte[] unknown = new byte[32];
        new SecureRandom().nextBytes(unknown);
        return hash(HexFormat.of().formatHex(unknown));
    }

    /**
     * Returns whether the password matches the hash.
     *
     * @param hash null when there is no such user: the work is the same, the result is false
     * @throws ServiceUnavailable as the failure, after a delay, when too many hashes are pending
     */
    public Uni<Boolean> matches(String password, String hash) {
        // A password that nobody can have chosen takes the same work as any other.
        String attempt = isTooLong(password) ? "" : password;
        String compared = hash == null || attempt.isEmpty() ? nobodysHash : hash;
        return later(() -> argon2.matches(canonical(attempt), compared) && compared.equals(hash));
    }

    /**
     * Completes if there is room for another pending hash. To be called before any other work for the request.
     *
     * @throws ServiceUnavailable as the failure, after a delay, when too many hashes are pending
     */
    public Uni<Void> room() {
        return Uni.createFrom()
                .deferred(() -> waiting.get() < mostWaiting ? Uni.createFrom().voidItem() : refusal());
    }

    private static <T> Uni<T> refusal() {
        return Uni.createFrom()
                .voidItem()
                .onItem()
                .delayIt()
                .by(REFUSAL)
                .emitOn(MutinyHelper.executor(Vertx.currentContext()))
                .onItem()
                .failWith(() -> new ServiceUnavailable(Reason.PASSWORDS, "Too many log-ins at once."))
                .replaceWith((T) null);
    }

    /** Returns whether a hash was created with other than the current parameters. */
    public boolean isOutdated(String hash) {
        return !hash.startsWith(parameters);
    }

    /**
     * Returns whether a password has more than {@link NewPassword#MAX} characters even after NFKC, which composes at most
     * four code points into one.
     */
    static boolean isTooLong(String password) {
        return password.length() > 8 * NewPassword.MAX
                || password.codePointCount(0, password.length()) > 4 * NewPassword.MAX;
    }

    /** Returns the same spelling for texts that look the same (NIST SP 800-63B). The password must not be too long. */
    static String canonical(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFKC);
    }

    private <T> Uni<T> later(Callable<T> work) {
        return Uni.createFrom().deferred(() -> {
            if (waiting.incrementAndGet() > mostWaiting) {
                waiting.decrementAndGet();
                return refusal();
            }
            return Uni.createFrom()
                    .<T>emitter(result -> threads.execute(() -> run(work, result)))
                    .emitOn(MutinyHelper.executor(Vertx.currentContext()));
        });
    }

    private <T> void run(Callable<T> work, UniEmitter<? super T> result) {
        long begin = System.nanoTime();
        try {
            result.complete(work.call());
        } catch (Exception e) {
            result.fail(e);
        }
        if (waiting.decrementAndGet() > 0) {
            LockSupport.parkNanos((long) (rest * (System.nanoTime() - begin)));
        }
    }
}
