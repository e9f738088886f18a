package dev.quire.database;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.pgclient.PgPool;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.SqlConnection;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.function.Function;

/**
 * A pool that measures each statement on its connections, in development mode. Hibernate Reactive uses such a pool; Vert.x
 * itself would have to be created anew with each live reload for a tracer of its own.
 */
final class MeasuredPool implements InvocationHandler {
    private final Object measured;

    /** The text of a query; null for a pool or a connection. */
    private final String sql;

    private MeasuredPool(Object measured, String sql) {
        this.measured = measured;
        this.sql = sql;
    }

    @SuppressWarnings("deprecation") // Quarkus expects this type.
    static Pool of(Pool pool) {
        return proxy(PgPool.class, pool, null);
    }

    @SuppressWarnings("PMD.UseProperClassLoader") // That of a thread of Vert.x may be of an earlier live reload.
    private static <T> T proxy(Class<T> type, Object measured, String sql) {
        return type.cast(Proxy.newProxyInstance(
                MeasuredPool.class.getClassLoader(), new Class<?>[] {type}, new MeasuredPool(measured, sql)));
    }

    @Override
    @SuppressWarnings("unchecked")
    public Object invoke(Object proxy, Method method, Object[] given) throws Throwable {
        Object[] arguments = given == null ? new Object[0] : given;
        int last = arguments.length - 1;
        if (last >= 0 && arguments[last] instanceof Handler<?> handler && method.getReturnType() == void.class) {
            // The method with the same name that returns a future instead
            Method twin = method.getDeclaringClass()
                    .getMethod(method.getName(), Arrays.copyOf(method.getParameterTypes(), last));
            ((Future<Object>) invoke(proxy, twin, Arrays.copyOf(arguments, last)))
                    .onComplete((Handler<AsyncResult<Object>>) handler);
            return null;
        }
        for (int i = 0; i <= last && !(measured instanceof Query); i++) {
            if (arguments[i] instanceof Function<?, ?> work) {
                arguments[i] = (Function<Object, Object>) connection ->
                        ((Function<Object, Object>) work).apply(proxy(SqlConnection.class, connection, null));
            }
        }
        Runnable end = measured instanceof Query ? StatementTimes.start(sql) : () -> {};
        try {
            return wrapped(proxy, method.invoke(measured, arguments), arguments, end);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Object wrapped(Object proxy, Object result, Object[] arguments, Runnable end) {
        String text = arguments.length > 0 && arguments[0] instanceof String first ? first : sql;
        if (result == measured) {
            return proxy;
        } else if (result instanceof PreparedQuery) {
            return proxy(PreparedQuery.class, result, text);
        } else if (result instanceof Query) {
            return proxy(Query.class, result, text);
        } else if (result instanceof Future<?> answer) {
            return answer.map(value -> value instanceof SqlConnection ? proxy(SqlConnection.class, value, null) : value)
                    .onComplete(answered -> end.run());
        }
        return result;
    }
}
