package dev.quire.database;

import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;

/** Lets a transaction that changes one row begin when it is admitted; within another one it goes on at once. */
@WithTransaction
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE)
class RowAdmissionInterceptor {
    private final RowAdmission rows;

    RowAdmissionInterceptor(RowAdmission rows) {
        this.rows = rows;
    }

    @AroundInvoke
    Object admit(InvocationContext transaction) throws Exception {
        Object[] parameters = transaction.getParameters();
        if (parameters.length == 0 || !(parameters[0] instanceof Long id) || !Autocommit.isFree()) {
            return transaction.proceed();
        }
        return rows.admit(transaction.getMethod().getDeclaringClass(), id, () -> proceed(transaction));
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
