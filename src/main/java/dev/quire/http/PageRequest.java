package dev.quire.http;

/**
 * A request for a page of a list.
 *
 * @param list the identity of the list: path, filter and sort
 * @param sort the sort order of the list, null for its default order
 * @param limit the greatest number of rows on the page
 * @param cursor the beginning of the page, null for the first page
 * @param counted whether the response contains the total number of rows
 */
public record PageRequest(String list, String sort, int limit, Cursor cursor, boolean counted) {}
