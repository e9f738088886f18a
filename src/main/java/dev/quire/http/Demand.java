package dev.quire.http;

import jakarta.inject.Singleton;

/** Whether writes must have a precondition. */
@Singleton
class Demand {
    private final boolean made;

    Demand(PreconditionPolicy policy) {
        made = policy.required();
    }

    boolean isMade() {
        return made;
    }
}
