package dev.quire.security;

import dev.quire.observability.RequestMetrics.Reason;
import dev.quire.problem.ProblemException.ServiceUnavailable;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ExecutorServiceMetrics;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.smallrye.mutiny.vertx.MutinyHelper;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.text.Normalizer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

/**
 * Hashes passwords with Argon2id (RFC 9106), on threads of their own and never more at once than they can take, so that
 * a flood of log-ins slows log-ins only.
 */
@ApplicationScoped
@Startup
public class Passwords {
    /** A flood of log-ins is to leave four fifths to everything else. */
    private static final double SHARE = 0.2;

    /** What they may take of the heap, which is small in a container. */
    private static final double SHARE_OF_HEAP = 0.4;

    /** Whoever has to be refused is told so late, and so can't ask again at once. */
    private static final Duration REFUSAL = Duration.ofSeconds(1);

    // Nothing of this is static: a native image would keep the processors and the random numbers of where it was built.

    /** How many are hashed at once. */
    private final int most;

    /** How long a thread rests for each second of work, while others wait: one thread may be more than its share. */
    private final double rest;

    private final int mostWaiting;

    private final Argon2PasswordEncoder argon2;

    /** What every hash begins with that has the parameters of today. */
    private final String parameters;

    /** Has the work of a real one. Made up, since hashing something would be the longest part of the program's start. */
    private final String nobodysHash;

    private final ExecutorService threads;
    private final AtomicInteger waiting = new AtomicInteger();

    Passwords(HashingCost cost, MeterRegistry registry) {
        int kibibytes = cost.memory();
        int iterations = cost.iterations();
        int lanes = cost.parallelism();
        Runtime jvm = Runtime.getRuntime();
        // Each takes a processor, and 19 MiB.
        double room = Math.max(1, Math.floor(SHARE_OF_HEAP * jvm.maxMemory() / 1024 / kibibytes));
        double share = Math.min(SHARE * jvm.availableProcessors(), room);
        most = Math.max(1, (int) share);
        rest = most / share - 1;
        // At about 20 hashes a second and thread, less the rests, whoever comes last waits some seconds.
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
     * The hash of a password that is chosen now.
     *
     * @param pointer where it stands in the body
     * @param known what others know of its user, such as the email and the name
     * @throws UnprocessableEntity as the failure, when it is too easy to guess
     * @throws ServiceUnavailable as the failure, and late, when too many wait already
     */
    public Uni<String> hashNew(String password, String pointer, List<String> known) {
        return later(() -> {
            String canonical = canonical(password);
            if (PasswordStrength.isWeak(canonical, known)) {
                throw new UnprocessableEntity(pointer, "is too easy to guess");
            }
            return argon2.encode(canonical);
        });
    }

    /**
     * The hash of a password, salted.
     *
     * @throws ServiceUnavailable as the failure, and late, when too many wait already
     */
    public Uni<String> hash(String password) {
        return later(() -> argon2.encode(canonical(password)));
    }

    /**
     * Whether the password is the one of the hash.
     *
     * @param hash null when there is no such user: the work is the same, the answer is no
     * @throws ServiceUnavailable as the failure, and late, when too many wait already
     */
    public Uni<Boolean> matches(String password, String hash) {
        // What nobody can have chosen takes the work of what they can.
        String attempt = isTooLong(password) ? "" : password;
        String compared = hash == null || attempt.isEmpty() ? nobodysHash : hash;
        return later(() -> argon2.matches(canonical(attempt), compared) && compared.equals(hash));
    }

    /**
     * Comes to its end when there is room for one more, to be asked before anything else is done for it.
     *
     * @throws ServiceUnavailable as the failure, and late, when too many wait already
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

    /** Whether a hash was made with other parameters than those of today. */
    public boolean isOutdated(String hash) {
        return !hash.startsWith(parameters);
    }

    /**
     * Whether it has more than {@link NewPassword#MAX} characters whatever becomes of it by NFKC, which makes one code point
     * of four at most.
     */
    static boolean isTooLong(String password) {
        return password.length() > 8 * NewPassword.MAX
                || password.codePointCount(0, password.length()) > 4 * NewPassword.MAX;
    }

    /** One spelling for what looks the same, as NIST SP 800-63B asks for; of what is not too long. */
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
