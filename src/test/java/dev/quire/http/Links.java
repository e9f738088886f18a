package dev.quire.http;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.regex.Pattern;

/** The links of a page ({@code Link}, RFC 8288). */
public final class Links {
    private static final Pattern LINK = Pattern.compile("<([^>]*)>; rel=\"([a-z]+)\"");

    private Links() {}

    /** Returns the target of this relation, null when the page has none. */
    public static String of(Response page, String relation) {
        return LINK.matcher(page.header("Link"))
                .results()
                .filter(link -> link.group(2).equals(relation))
                .map(link -> link.group(1))
                .findFirst()
                .orElse(null);
    }

    /** Returns all relations of a page. */
    public static List<String> relations(Response page) {
        return LINK.matcher(page.header("Link"))
                .results()
                .map(link -> link.group(2))
                .toList();
    }

    /** Returns the page behind a link, which is encoded already. */
    public static Response follow(String target) {
        return follow(given(), target);
    }

    public static Response follow(RequestSpecification reader, String target) {
        Response page = reader.urlEncodingEnabled(false).get(target);
        page.then().statusCode(200);
        return page;
    }

    /** Returns the value of the cursor in a link. */
    public static String cursor(String target) {
        return target.replaceAll(".*[?&]cursor=([^&]*).*", "$1");
    }
}
