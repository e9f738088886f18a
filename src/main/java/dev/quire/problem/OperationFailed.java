package dev.quire.problem;

import java.util.Set;

/** One of several operations in a request was refused, and with it all of them. */
public final class OperationFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int operation;
    private final transient Set<String> headers;

    /**
     * @param operation its place, from 0
     * @param headers the names of its header fields, as they were sent
     * @param cause what it would have failed with alone
     */
    public OperationFailed(int operation, Set<String> headers, Throwable cause) {
        super(null, cause, false, false);
        this.operation = operation;
        this.headers = headers;
    }

    /** What would have been the problem alone, with the place of everything in the batch. */
    public Problem place(Problem alone) {
        return alone.ofOperation(operation, headers);
    }
}
