package dev.quire.user;

import io.quarkus.runtime.annotations.RegisterForReflection;

/** A registration that waits, encrypted, until its email is confirmed. */
@RegisterForReflection
record PendingRegistration(String email, String name, String passwordHash, AddressInput address) {
    @Override
    public String toString() {
        return "PendingRegistration[]";
    }
}
