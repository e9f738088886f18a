package dev.quire.auth;

import dev.quire.http.DeletionReport;
import dev.quire.http.DeletionReport.AffectedRows;
import dev.quire.http.Preconditions;
import dev.quire.model.User;
import dev.quire.problem.ProblemException.Conflict;
import dev.quire.problem.ProblemException.NotFound;
import dev.quire.problem.ProblemException.TooManyRequests;
import dev.quire.problem.ProblemException.UnprocessableEntity;
import dev.quire.problem.Violation.Code;
import dev.quire.query.Filter;
import dev.quire.query.QueryService;
import dev.quire.security.Audit;
import dev.quire.security.Audit.Event;
import dev.quire.security.Client;
import dev.quire.user.UserService;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.stream.Stream;

/** The use cases of the second factor that users may have: codes of an authenticator app. */
@ApplicationScoped
public class TotpService {
    private static final int SECRET_BYTES = 20;
    private static final int RECOVERY_CODES = 10;

    private final Totps totps;
    private final UserService users;
    private final QueryService queries;
    private final Preconditions preconditions;
    private final AttemptThrottle throttle;
    private final Audit audit;
    private final SecureRandom random = new SecureRandom();

    TotpService(
            Totps totps,
            UserService users,
            QueryService queries,
            Preconditions preconditions,
            AttemptThrottle throttle,
            Audit audit) {
        this.totps = totps;
        this.users = users;
        this.queries = queries;
        this.preconditions = preconditions;
        this.throttle = throttle;
        this.audit = audit;
    }

    /**
     * Creates a secret for an authenticator app. Log-ins need it once it is confirmed.
     *
     * @throws Conflict as the failure, when there is a confirmed one
     */
    public Uni<TotpView> set(long user) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return users.identity(user)
                .chain(identity -> set(user, secret).replaceWith(() -> view(identity.email(), Totp.base32(secret))));
    }

    @WithTransaction
    Uni<?> set(long user, byte[] secret) {
        return totps.set(user, secret).invoke(set -> {
            if (!set) {
                throw new Conflict("", "There is a second factor already.");
            }
        });
    }

    private static TotpView view(String email, String secret) {
        String label = URLEncoder.encode(email, StandardCharsets.UTF_8).replace("+", "%20");
        return new TotpView(
                secret,
                "otpauth://totp/Quire:%s?secret=%s&issuer=Quire&algorithm=SHA1&digits=6&period=30"
                        .formatted(label, secret));
    }

    /**
     * Confirms the second factor by a code. From then on log-ins need one.
     *
     * @return the recovery codes, each of which takes the place of a code once
     * @throws UnprocessableEntity as the failure, when the code is wrong
     * @throws TooManyRequests as the failure, after too many guesses
     */
    public Uni<RecoveryCodesView> confirm(long user, TotpInput input, Client client) {
        return throttle.code(user)
                .chain(attempt -> throttle.judge(attempt, UnprocessableEntity.class, confirmed(user, input.code())))
                .invoke(() -> audit.log(Event.SECOND_FACTOR_ADDED, client, user));
    }

    @WithTransaction
    Uni<RecoveryCodesView> confirmed(long user, String code) {
        return User.lockForUpdate(user)
                .chain(() -> totps.use(user, code, Instant.now(), false))
                .invoke(TotpService::requireRight)
                .chain(() -> totps.newRecoveryCodes(user, RECOVERY_CODES))
                .map(RecoveryCodesView::new);
    }

    /**
     * Removes the second factor of a user, unless it is a dry run.
     *
     * @throws NotFound as the failure, when there is none
     * @throws UnprocessableEntity as the failure, when the code is wrong
     * @throws TooManyRequests as the failure, after too many guesses
     */
    public Uni<DeletionReport> remove(long user, TotpInput input, boolean dryRun, Client client) {
        return throttle.code(user)
                .chain(attempt ->
                        throttle.judge(attempt, UnprocessableEntity.class, removed(user, input.code(), dryRun)))
                .invoke(() -> {
                    if (!dryRun) {
                        audit.log(Event.SECOND_FACTOR_REMOVED, client, user);
                    }
                });
    }

    @WithTransaction
    Uni<DeletionReport> removed(long user, String code, boolean dryRun) {
        var report = DeletionReport.of(
                Stream.of(new AffectedRows("totp", 1, "/authentication/totp")), Stream.of(), Stream.of());
        return User.lockForUpdate(user)
                .chain(() -> totps.isOn(user))
                .invoke(on -> {
                    if (!on) {
                        throw new NotFound("There is no second factor.");
                    }
                })
                .chain(() -> preconditions.check(() -> queries.stored(UserService.USER, Filter.id(user))))
                .chain(() -> totps.use(user, code, Instant.now(), true))
                .invoke(TotpService::requireRight)
                .chain(() -> dryRun ? Uni.createFrom().item(true) : totps.remove(user))
                .replaceWith(report);
    }

    private static void requireRight(boolean right) {
        if (!right) {
            throw new UnprocessableEntity("/code", Code.INCORRECT, "is not the code");
        }
    }
}
