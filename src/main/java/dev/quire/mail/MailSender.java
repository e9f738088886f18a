package dev.quire.mail;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.quire.mail.MailTransport.NotSent;
import dev.quire.mail.Outbox.Mail;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * The sender of mails, on each replica. A mail is tried until the server takes it, for a day. One that the server may have
 * taken is sent once more and not again, so that nobody gets it more than twice.
 */
@Singleton
class MailSender {
    private static final Logger LOG = Logger.getLogger(MailSender.class);

    private static final int AT_ONCE = 10;
    private static final int MAX_DOUBTS = 2;

    /** The maximum number of mails that a replica sends to one address within {@link #RECENT}. Any more are dropped. */
    private static final int MAX_RECENT = 10;

    private static final Duration RECENT = Duration.ofMinutes(15);
    private static final int MAX_ADDRESSES = 10_000;
    private static final long BETWEEN_LOOKS_MILLISECONDS = 1000;

    /** The outcome of an attempt. */
    private enum Outcome {
        SENT,
        FAILED,
        GIVEN_UP
    }

    private final Vertx vertx;
    private final Outbox outbox;
    private final LetterService letters;
    private final MailTransport transport;
    private final String domain;
    private final Map<Outcome, Counter> counted = new EnumMap<>(Outcome.class);
    private final Cache<String, AtomicInteger> recent = Caffeine.newBuilder()
            .expireAfterWrite(RECENT)
            .maximumSize(MAX_ADDRESSES)
            .build();
    private final AtomicBoolean isDown = new AtomicBoolean();
    private volatile boolean stopped;

    MailSender(
            Vertx vertx,
            Outbox outbox,
            LetterService letters,
            MailTransport transport,
            MeterRegistry registry,
            MailSettings settings) {
        this.vertx = vertx;
        this.outbox = outbox;
        this.letters = letters;
        this.transport = transport;
        this.domain = settings.from().map(from -> from.replaceAll(".*@|>", "")).orElse("");
        for (Outcome outcome : Outcome.values()) {
            counted.put(
                    outcome,
                    Counter.builder("mails")
                            .description("Attempts to send a mail")
                            .tag(
                                    "outcome",
                                    outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .register(registry));
        }
    }

    void start(@Observes StartupEvent start) {
        if (outbox.isEnabled()) {
            look();
        } else {
            LOG.info("No mails are sent, and nobody can recover a password by mail: QUIRE_MAIL_FROM is not set");
        }
    }

    void stop(@Observes ShutdownEvent stop) {
        stopped = true;
    }

    private void look() {
        vertx.setTimer(BETWEEN_LOOKS_MILLISECONDS, time -> {
            // Hibernate Reactive needs a context of its own for each round.
            Context round = VertxContext.createNewDuplicatedContext(vertx.getOrCreateContext());
            VertxContextSafetyToggle.setContextSafe(round, true);
            round.runOnContext(begun -> sendDue().subscribe().with(sent -> lookAgain(null), this::lookAgain));
        });
    }

    private void lookAgain(Throwable failure) {
        if (failure != null) {
            LOG.debugf("The outbox can't be read: %s", failure);
        }
        if (!stopped) {
            look();
        }
    }

    private Uni<Void> sendDue() {
        return outbox.take(AT_ONCE)
                .chain(mails -> sendAll(mails)
                        .chain(() -> mails.size() == AT_ONCE && !stopped
                                ? sendDue()
                                : Uni.createFrom().voidItem()));
    }

    /** A mail, and what is sent of it. */
    private record Written(Mail mail, Letter letter) {}

    /** Writes mails one after another, since transactions of one context must not overlap, and sends them concurrently. */
    private Uni<Void> sendAll(List<Mail> mails) {
        long taken = System.nanoTime();
        return Multi.createFrom()
                .iterable(mails)
                .onItem()
                .transformToUniAndConcatenate(mail -> orNull(mail, write(mail)))
                .collect()
                .asList()
                .chain(written -> Multi.createFrom()
                        .iterable(written)
                        .onItem()
                        .transformToUniAndMerge(one -> orNull(one.mail(), send(one.mail(), one.letter(), taken)))
                        .collect()
                        .last())
                .replaceWithVoid();
    }

    /** Leaves a mail whose work fails for a later attempt. */
    private static <T> Uni<T> orNull(Mail mail, Uni<T> work) {
        return work.onFailure()
                .invoke(failure -> LOG.debugf("Mail %d waits for the next attempt: %s", mail.id(), failure))
                .onFailure()
                .recoverWithNull();
    }

    /** Writes a mail. Returns null as the item when it is not sent, and is removed. */
    private Uni<Written> write(Mail mail) {
        if (!mail.alive() || mail.doubts() >= MAX_DOUBTS) {
            LOG.warnf(
                    "Mail %d is given up: %s",
                    mail.id(), mail.alive() ? "it may have been sent twice" : "it is too old");
            count(Outcome.GIVEN_UP);
            return outbox.remove(mail).replaceWith((Written) null);
        }
        if (mail.attempts() == 1 && isFlooded(mail.address())) {
            count(Outcome.GIVEN_UP);
            return outbox.remove(mail).replaceWith((Written) null);
        }
        return letters.write(mail)
                .chain(letter -> letter == null
                        ? outbox.remove(mail).replaceWith((Written) null)
                        : Uni.createFrom().item(new Written(mail, letter)));
    }

    /** Counts a mail to an address. Users may name any address as theirs, and change it again and again. */
    private boolean isFlooded(String address) {
        return recent.get(MailTokens.subject(address), first -> new AtomicInteger())
                        .incrementAndGet()
                > MAX_RECENT;
    }

    private Uni<Void> send(Mail mail, Letter letter, long taken) {
        if (System.nanoTime() - taken > Outbox.LEASE.toNanos() / 2) {
            // Another sender may take it before this attempt has ended.
            return outbox.postpone(mail, true);
        }
        String messageId = "<" + mail.id() + "." + mail.createdAt() + "@" + domain + ">";
        return transport
                .send(letter, messageId)
                .map(sent -> (NotSent) null)
                .onFailure(NotSent.class)
                .recoverWithItem(failure -> failure)
                .chain(failure -> failure == null ? sent(mail) : failed(mail, failure));
    }

    private Uni<Void> sent(Mail mail) {
        count(Outcome.SENT);
        if (isDown.compareAndSet(true, false)) {
            LOG.info("Mails are sent again");
        }
        return outbox.remove(mail);
    }

    private Uni<Void> failed(Mail mail, NotSent failure) {
        count(Outcome.FAILED);
        if (failure.isRefusal()) {
            LOG.infof("Mail %d is refused, and tried again: %s", mail.id(), failure.getMessage());
        } else if (isDown.compareAndSet(false, true)) {
            LOG.warnf("Mails can't be sent, and are tried again: %s", failure.getMessage());
        }
        return outbox.postpone(mail, failure.isCertain());
    }

    private void count(Outcome outcome) {
        counted.get(outcome).increment();
    }
}
