package dev.quire.auth;

import dev.quire.security.NewPasswordValidator;
import io.smallrye.config.ConfigMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The configured first admin: either both values or neither. */
@ConfigMapping(prefix = "quire.admin")
public interface FirstAdminAccount {
    Optional<String> email();

    Optional<String> password();

    /** Lists missing and wrong values, as far as they can be detected before Bean Validation is available. */
    static List<String> faults(FirstAdminAccount admin) {
        var faults = new ArrayList<String>();
        if (admin.email().isEmpty() && admin.password().isEmpty()) {
            return faults;
        }
        if (!admin.email().orElse("").matches("(?=.{1,254}$)[\\x21-\\x7e]{1,64}@[A-Za-z0-9.:\\[\\]-]+")) {
            faults.add("QUIRE_ADMIN_EMAIL must be an email address of at most 254 characters");
        }
        admin.password()
                .map(NewPasswordValidator::violation)
                .orElse(Optional.of("is required beside QUIRE_ADMIN_EMAIL"))
                .ifPresent(violation -> faults.add("QUIRE_ADMIN_PASSWORD " + violation));
        return faults;
    }
}
