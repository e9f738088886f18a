package dev.quire.paging;

/**
 * Which page of a list is wanted.
 *
 * @param list what tells this list from others: path, filter and sort
 * @param limit the most rows that the page may have
 * @param cursor where it begins, null for the first page
 */
public record PageRequest(String list, int limit, Cursor cursor) {}
