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

/** Where one user lives. It is saved, changed and deleted with its user, and never without one. */
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

    /** The inverse side: the key is in {@link User#address}. */
    @OneToOne(mappedBy = "address", fetch = FetchType.LAZY)
    public User user;

    /** Takes over the lines of another; whether any was different. */
    boolean change(Address to) {
        boolean different = !street.equals(to.street) || !city.equals(to.city) || !country.equals(to.country);
        street = to.street;
        city = to.city;
        country = to.country;
        return different;
    }

    /** Deletes an address that nobody has any longer, in the way that {@link Post#deleteOne} gives the reason for. */
    static Uni<Long> deleteOne(long id) {
        return delete("id", id);
    }
}
