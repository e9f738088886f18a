package dev.quire.database;

import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.function.Supplier;

/**
 * An interceptor that begins a transaction when the row that it changes admits it, and completes it even if the client
 * disconnects. Quarkus cancels the work for a disconnected client, and Hibernate Reactive would close the session in the
 * middle of a statement.
 */
@WithTransaction
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE)
class TransactionScope {
    private final RowAdmission rows;

    TransactionScope(RowAdmission rows) {
        this.rows = rows;
    }

    @AroundInvoke
    Object open(InvocationContext transaction) throws Exception {
        if (!SqlExecutor.isFree()) {
            // Part of an outer transaction
            return transaction.proceed();
        }
        Object[] parameters = transaction.getParameters();
        return parameters.length > 0 && parameters[0] instanceof Long id
                ? rows.admit(transaction.getMethod().getDeclaringClass(), id, () -> proceed(transaction))
                : uncancelled(() -> proceed(transaction));
    }

    /** Returns work that continues when its subscriber cancels. */
    static <T> Uni<T> uncancelled(Supplier<? extends Uni<? extends T>> work) {
        return Uni.createFrom()
                .emitter(end ->
                        Uni.createFrom().<T>deferred(work::get).subscribe().with(end::complete, end::fail));
    }

    private static Uni<?> proceed(InvocationContext transaction) {
        try {
            return (Uni<?>) transaction.proceed();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
