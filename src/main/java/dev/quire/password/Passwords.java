package dev.quire.password;

import dev.quire.problem.ProblemException.Busy;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.WorkerExecutor;
import jakarta.enterprise.context.ApplicationScoped;
import java.text.Normalizer;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

/**
 * Hashes passwords with Argon2id (RFC 9106), on threads of their own and never more at once than they can take, so that
 * a flood of log-ins slows log-ins only.
 */
@ApplicationScoped
public class Passwords {
    /** Has the work of a real one. Made up, since hashing something would be the longest part of the program's start. */
    private static final String NOBODYS_HASH =
            "$argon2id$v=19$m=19456,t=2,p=1$" + "A".repeat(22) + "$" + "A".repeat(43);

    // What follows is not static: a native image would keep the processors and the random numbers of where it was
    // built.

    /** Each takes 19 MiB and a processor. */
    private final int most = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    /** At about 20 hashes a second and thread, whoever comes last waits some seconds. */
    private final int mostWaiting = 100 * most;

    /** The work of one hash, as OWASP's password storage cheat sheet recommends: 19 MiB, two passes, one lane. */
    private final Argon2PasswordEncoder argon2 = new Argon2PasswordEncoder(16, 32, 1, 19_456, 2);

    private final WorkerExecutor threads;
    private final AtomicInteger waiting = new AtomicInteger();

    Passwords(Vertx vertx) {
        threads = vertx.createSharedWorkerExecutor("password-hashing", most, 1, TimeUnit.MINUTES);
    }

    /**
     * The hash of a password, salted.
     *
     * @throws Busy as the failure, when too many wait already
     */
    public Uni<String> hash(String password) {
        return later(() -> argon2.encode(canonical(password)));
    }

    /**
     * Whether the password is the one of the hash.
     *
     * @param hash null when there is no such user: the work is the same, the answer is no
     * @throws Busy as the failure, when too many wait already
     */
    public Uni<Boolean> matches(String password, String hash) {
        return later(() -> argon2.matches(canonical(password), hash == null ? NOBODYS_HASH : hash) && hash != null);
    }

    /** One spelling for what looks the same, as NIST SP 800-63B asks for. */
    static String canonical(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFKC);
    }

    private <T> Uni<T> later(Callable<T> work) {
        return Uni.createFrom().deferred(() -> {
            if (waiting.incrementAndGet() > mostWaiting) {
                waiting.decrementAndGet();
                return Uni.createFrom().failure(new Busy("Too many log-ins at once."));
            }
            return threads.executeBlocking(work, false).onTermination().invoke(waiting::decrementAndGet);
        });
    }
}
