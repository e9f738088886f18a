package dev.quire.query;

/** A record with the filters of a list: each component is a filter, and null for none. */
public interface RowFilter {
    /** Returns the filter for the rows that fulfil all of them. */
    Filter toFilter();
}
