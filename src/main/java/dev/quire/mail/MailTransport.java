package dev.quire.mail;

import io.quarkus.mailer.Mail;
import io.quarkus.mailer.reactive.ReactiveMailer;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.MutinyHelper;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The connection to the mail server. In development mode mails are logged. The client is created here rather than by
 * Quarkus, which cannot limit how long a server may be silent: connections that hang would fill its pool.
 */
@Singleton
class MailTransport {
    /** The deadline of a mail. */
    static final Duration DEADLINE = Duration.ofSeconds(10);

    private final ReactiveMailer mock;
    private final MailClient client;
    private final String from;

    MailTransport(
            Vertx vertx,
            ReactiveMailer mock,
            MailSettings settings,
            ServerSettings server,
            TlsConfigurationRegistry registry) {
        this.mock = server.mock().orElse(LaunchMode.current() != LaunchMode.NORMAL) ? mock : null;
        this.client = MailClient.create(vertx, config(server, registry.getDefault()));
        this.from = settings.from().orElse(null);
    }

    private static MailConfig config(ServerSettings server, Optional<TlsConfiguration> tls) {
        var config = new MailConfig();
        config.setHostname(server.host())
                .setPort(server.port().orElse(server.tls() ? 465 : 587))
                .setSsl(server.tls())
                .setStarttls(StartTLSOptions.valueOf(server.startTls()))
                .setLogin(server.username().isPresent() ? LoginOption.REQUIRED : LoginOption.DISABLED)
                // A connection that another mail has left may be dead already, which would be noticed too late.
                .setKeepAlive(false)
                .setIdleTimeout((int) DEADLINE.toSeconds())
                .setConnectTimeout((int) DEADLINE.toMillis());
        server.username().ifPresent(config::setUsername);
        server.password().ifPresent(config::setPassword);
        tls.ifPresent(trusted -> {
            config.setTrustOptions(trusted.getTrustStoreOptions());
            config.setTrustAll(trusted.isTrustAll());
        });
        if (server.tls() || !config.getStarttls().equals(StartTLSOptions.DISABLED)) {
            config.setHostnameVerificationAlgorithm("HTTPS");
        }
        return config;
    }

    /** The failure of an attempt. Its message names neither an address nor a token. */
    static final class NotSent extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final boolean certain;
        private final boolean refused;

        private NotSent(boolean certain, boolean refused, String detail) {
            super(detail, null, false, false);
            this.certain = certain;
            this.refused = refused;
        }

        /** Returns whether the server has certainly not taken the mail. */
        boolean isCertain() {
            return certain;
        }

        /** Returns whether the server has refused this mail, which says nothing of others. */
        boolean isRefusal() {
            return refused;
        }
    }

    /**
     * Sends a letter.
     *
     * @throws NotSent as the failure, if the server refuses it, is away, or has not answered within {@link #DEADLINE}
     */
    Uni<Void> send(Letter letter, String messageId) {
        if (mock != null) {
            return mock.send(new Mail()
                    .setFrom(from)
                    .addTo(letter.to())
                    .setSubject(letter.subject())
                    .setText(letter.text())
                    .setHtml(letter.html())
                    .addHeader("Message-ID", messageId));
        }
        var message = new RevocableMessage();
        message.setFrom(from)
                .setTo(letter.to())
                .setSubject(letter.subject())
                .setText(letter.text())
                .setHtml(letter.html())
                .addHeader("Message-ID", messageId)
                .addHeader("Auto-Submitted", "auto-generated");
        message.state.set(State.WAITING);
        return Uni.createFrom()
                .completionStage(() -> client.sendMail(message).toCompletionStage())
                .ifNoItem()
                .after(DEADLINE)
                .fail()
                .emitOn(MutinyHelper.executor(Vertx.currentContext()))
                .onFailure()
                .transform(failure -> failed(failure, message))
                .replaceWithVoid();
    }

    private static NotSent failed(Throwable failure, RevocableMessage message) {
        if (failure instanceof SMTPException refusal) {
            return new NotSent(true, true, "the server answers " + refusal.getReplyCode());
        }
        boolean certain = message.revoke();
        return new NotSent(certain, false, failure.getClass().getSimpleName() + (certain ? "" : " after the greeting"));
    }

    /** The states of a message. */
    private enum State {
        WAITING,
        BEGUN,
        REVOKED
    }

    /**
     * A message that can be revoked until the client reads its header, once the server has greeted and accepted the log-in. A
     * client whose deadline is over may still be waiting for that.
     */
    private static final class RevocableMessage extends MailMessage {
        private final AtomicReference<State> state = new AtomicReference<>(State.BEGUN);

        @Override
        public MultiMap getHeaders() {
            if (state.compareAndExchange(State.WAITING, State.BEGUN) == State.REVOKED) {
                throw new IllegalStateException("revoked");
            }
            return super.getHeaders();
        }

        /** Returns whether the message has not been sent, and is not sent any more. */
        private boolean revoke() {
            return state.compareAndExchange(State.WAITING, State.REVOKED) != State.BEGUN;
        }
    }
}
