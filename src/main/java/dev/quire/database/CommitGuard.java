package dev.quire.database;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import org.hibernate.reactive.mutiny.Mutiny;

/** Keeps a request whose time is over from committing: Panache's interceptor, around this one, would. */
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
                    // What waits for a lock is sent before it is asked whether there is time left.
                    return work.call(() -> Panache.getSession().chain(Mutiny.Session::flush))
                            .onFailure()
                            .invoke(limit::abandonTransaction);
                })
                .invoke(limit::leaveTransaction);
    }
}
