package dev.quire.graphql;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quire.environment.Environment;
import graphql.ExecutionInput;
import graphql.GraphQL;
import graphql.introspection.GoodFaithIntrospection;
import graphql.introspection.IntrospectionQuery;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema in the repository, which clients are generated from. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class GraphqlSchemaTest {
    @Inject
    GraphqlSchema schema;

    @Inject
    ObjectMapper mapper;

    static Stream<String> introspections() {
        return Stream.of(
                IntrospectionQuery.INTROSPECTION_QUERY,
                """
                { __schema { __typename description types { ...T } queryType { ...T } mutationType { ...T }
                    subscriptionType { ...T } directives { __typename name description isRepeatable locations
                      few: args { name } all: args(includeDeprecated: true) { ...V } } } }
                fragment T on __Type { __typename kind name description specifiedByURL isOneOf
                  fields { ...F } all: fields(includeDeprecated: true) { name isDeprecated }
                  interfaces { ...R } possibleTypes { ...R }
                  enumValues(includeDeprecated: true) { __typename name description isDeprecated deprecationReason }
                  inputFields { ...V } }
                fragment F on __Field { __typename name description isDeprecated deprecationReason type { ...R }
                  args(includeDeprecated: false) { ...V } }
                fragment V on __InputValue { __typename name description defaultValue isDeprecated deprecationReason
                  type { ...R } }
                fragment R on __Type { kind name ofType { kind name ofType { name ofType { fields { name } } } } }
                """,
                """
                query ($deprecated: Boolean = true, $name: String! = "Post") {
                  __type(name: $name) { name ... on __Type { fields(includeDeprecated: $deprecated) { name type {
                    kind ofType { name fields { type { ofType { fields { name } } } } } } } } }
                  none: __type(name: "Nothing") { name } __typename
                  skipped: __schema @skip(if: true) { types { name } } }
                """,
                "{ __type(name: \"__Type\") { fields { name type { name fields { name } } } } }",
                "{ __type(name: \"PostSort\") { name name enumValues { name } fields { name } enumValues { isDeprecated } } }",
                "{ __type(name: \"Node\") { possibleTypes { name interfaces { name } } } }");
    }

    @ParameterizedTest
    @MethodSource("introspections")
    void introspectionEqualsThatOfTheEngine(String document) throws IOException {
        ExecutionInput input = ExecutionInput.newExecutionInput(document)
                .graphQLContext(Map.of(GoodFaithIntrospection.GOOD_FAITH_INTROSPECTION_DISABLED, true))
                .build();
        String wanted = mapper.writeValueAsString(
                GraphQL.newGraphQL(schema.executable()).build().execute(input).toSpecification());

        String found = given().contentType(ContentType.JSON)
                .body(Map.of("query", document))
                .post("/graphql")
                .asString();

        assertEquals(wanted, found);
    }

    @Test
    void committedSchemaEqualsTheRepresentations() throws IOException {
        Path made = Path.of("target", "schema.graphql");
        Files.writeString(made, schema.text());

        assertEquals(
                schema.text(),
                Files.readString(Path.of("src", "main", "graphql", "schema.graphql")),
                () -> "copy " + made + " to src/main/graphql");
    }
}
