package dev.quire.http;

/**
 * Which page of a list is wanted.
 *
 * @param list what tells this list from others: path, filter and sort
 * @param sort by what the list is sorted, null for its own order
 * @param limit the most rows that the page may have
 * @param cursor where it begins, null for the first page
 * @param counted whether the answer says how many rows there are in all
 */
public record PageRequest(String list, String sort, int limit, Cursor cursor, boolean counted) {}
