package dev.quire.http;

import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** The parameters, common to all reads, that select the members to show. */
public class FieldParameters {
    /** The default projection. */
    public static final FieldParameters STANDARD = new FieldParameters();

    @QueryParam("include")
    @Parameter(
            description = "The relations to embed, with a dot before those of the next level; empty for none. Absent,"
                    + " those that are required. A relation that is not named is absent, a required one too: name"
                    + " those as well when the client is generated")
    List<String> include;

    @QueryParam("fields")
    @Parameter(
            description = "The members to show, with a dot before those of a relation. Nothing else is read, and so"
                    + " what is not named is absent, a required member too")
    List<String> fields;

    @Context
    UriInfo uri;

    /** Returns the relations, separated by commas; empty for none, null when the parameter is absent. */
    public String include() {
        // Quarkus treats an empty value as absent.
        boolean empty =
                isAbsent(include) && uri != null && uri.getQueryParameters().containsKey("include");
        return empty ? "" : joined(include);
    }

    /** Returns the members, separated by commas; null when the parameter is absent. */
    public String fields() {
        return joined(fields);
    }

    private static boolean isAbsent(List<String> values) {
        return values == null || values.isEmpty();
    }

    private static String joined(List<String> values) {
        return isAbsent(values) ? null : String.join(",", values);
    }
}
