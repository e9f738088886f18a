package dev.quire.problem;

/** One of several operations in a request was refused, and with it all of them. */
public final class OperationFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int operation;

    /**
     * @param operation its place, from 0
     * @param cause what it would have failed with alone
     */
    public OperationFailed(int operation, Throwable cause) {
        super(null, cause, false, false);
        this.operation = operation;
    }

    /** What would have been the problem alone, with the place of everything in the batch. */
    Problem place(Problem alone) {
        return alone.ofOperation(operation);
    }
}
