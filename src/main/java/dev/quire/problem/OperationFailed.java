package dev.quire.problem;

import java.util.Set;

/** The failure of one of several operations in a request, which rejects all of them. */
public final class OperationFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int operation;
    private final transient Set<String> headers;

    /**
     * @param operation the position of the operation, from 0
     * @param headers the names of its header fields, as they were sent
     * @param cause the failure that the operation would have had alone
     */
    public OperationFailed(int operation, Set<String> headers, Throwable cause) {
        super(null, cause, false, false);
        this.operation = operation;
        this.headers = headers;
    }

    /** Returns the problem that the operation would have had alone, with every place in it relative to the batch. */
    public Problem place(Problem alone) {
        return alone.ofOperation(operation, headers);
    }
}
