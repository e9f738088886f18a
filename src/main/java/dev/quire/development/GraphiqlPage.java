package dev.quire.development;

import io.quarkus.arc.profile.IfBuildProfile;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** GraphiQL, which is there in development mode only. The page that comes with its files sends Content-Type twice. */
@Singleton
@IfBuildProfile("dev")
class GraphiqlPage {
    private static final String PAGE = """
            <!doctype html>
            <title>Quire: GraphiQL</title>
            <link rel="icon" href="data:">
            <link rel="stylesheet" href="/graphql-ui/graphiql.min.css">
            <style>body { margin: 0 } #graphiql { height: 100vh }</style>
            <div id="graphiql"></div>
            <script src="/graphql-ui/react.production.min.js"></script>
            <script src="/graphql-ui/react-dom.production.min.js"></script>
            <script src="/graphql-ui/graphiql.min.js"></script>
            <script>
              const page = React.createElement(GraphiQL, {
                fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
                defaultQuery: "{\\n  posts(first: 5) {\\n    nodes {\\n      title\\n      author {\\n        name\\n      }\\n    }\\n  }\\n}\\n",
              });
              ReactDOM.createRoot(document.getElementById("graphiql")).render(page);
            </script>
            """;

    void register(@Observes Router router) {
        router.get("/graphiql")
                .order(Integer.MIN_VALUE + 4)
                .handler(context -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "text/html;charset=UTF-8")
                        .end(PAGE));
    }
}
