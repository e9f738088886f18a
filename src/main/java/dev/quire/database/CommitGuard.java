package dev.quire.database;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * An interceptor that prevents a commit after the deadline of the request. Panache's interceptor, which encloses this
 * interceptor, would commit.
 */
@WithTransaction
@Interceptor
@Priority(Interceptor.Priority.APPLICATION)
class CommitGuard {
    @AroundInvoke
    Object guard(InvocationContext transaction) throws Exception {
        Uni<?> work = (Uni<?>) transaction.proceed();
        RequestTimeLimit limit = RequestTimeLimit.current();
        if (limit == null) {
            return work;
        }
        return Uni.createFrom()
                .deferred(() -> {
                    limit.enterTransaction();
                    // Flushes first, so that statements that wait for a lock are sent before the deadline is checked.
                    return work.call(() -> Panache.getSession().chain(Mutiny.Session::flush))
                            .onFailure()
                            .invoke(limit::abandonTransaction);
                })
                .invoke(limit::leaveTransaction);
    }
}
