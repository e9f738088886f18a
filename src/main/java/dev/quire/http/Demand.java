package dev.quire.http;

import jakarta.inject.Singleton;

/** The setting that decides whether writes must have a precondition. */
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
