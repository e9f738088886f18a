package dev.quire.model;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.OneToOne;
import jakarta.persistence.Table;
import jakarta.persistence.Version;

/** The address of a user. It is saved, changed and deleted together with its user, and never exists alone. */
@Entity
@Table(name = "addresses")
public class Address extends PanacheEntityBase {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    public Long id;

    @Version
    public int version;

    @Column(nullable = false, length = 200)
    public String street;

    @Column(nullable = false, length = 100)
    public String city;

    @Column(nullable = false, length = 100)
    public String country;

    /** The inverse side of the relation; {@link User#address} has the foreign key. */
    @OneToOne(mappedBy = "address", fetch = FetchType.LAZY)
    public User user;

    /** Copies street, city and country of another address. Returns whether any of them was different. */
    boolean change(Address to) {
        boolean different = !street.equals(to.street) || !city.equals(to.city) || !country.equals(to.country);
        street = to.street;
        city = to.city;
        country = to.country;
        return different;
    }

    /** Deletes an address that no user has any longer, by a separate statement: see {@link Post#deleteOne}. */
    static Uni<Long> deleteOne(long id) {
        return delete("id", id);
    }
}
