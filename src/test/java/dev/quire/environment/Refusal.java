package dev.quire.environment;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.containsStringIgnoringCase;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.restassured.builder.ResponseSpecBuilder;
import io.restassured.specification.ResponseSpecification;

/** The common form of every refusal. */
public final class Refusal {
    private Refusal() {}

    /** Requires problem details (RFC 9457) of this status that reveal no internals. */
    public static ResponseSpecification problem(int status) {
        return new ResponseSpecBuilder()
                .expectStatusCode(status)
                .expectContentType("application/problem+json")
                .expectBody("type", matchesPattern("about:blank|urn:quire:problem:[a-z-]+"))
                .expectBody("title", notNullValue())
                .expectBody("status", equalTo(status))
                .expectBody("detail", notNullValue())
                .expectBody("instance", matchesPattern("/.*"))
                .expectBody("traceId", matchesPattern("[0-9a-f]{32}"))
                .expectBody(not(containsString("Exception")))
                .expectBody(not(containsString("dev.quire")))
                .expectBody(not(containsString("java.")))
                .expectBody(not(containsString("\\tat ")))
                .expectBody(not(containsStringIgnoringCase("hibernate")))
                .expectBody(not(containsStringIgnoringCase("select ")))
                .expectBody(not(containsStringIgnoringCase("insert into")))
                .build();
    }

    /** Returns a problem without the members that differ with each request, to compare. */
    public static String withoutTrace(String problem) {
        return problem.replaceFirst(",\"traceId\":\"[0-9a-f]{32}\"", "");
    }
}
