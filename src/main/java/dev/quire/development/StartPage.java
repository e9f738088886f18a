package dev.quire.development;

import io.quarkus.arc.profile.IfBuildProfile;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** The way from the root to Swagger UI, which is there in development mode only. */
@Singleton
@IfBuildProfile("dev")
class StartPage {
    private static final String SWAGGER_UI = "/q/swagger-ui";

    void register(@Observes Router router) {
        redirect(router, "/");
        // Quarkus would add a slash, which RequestHead removes, for ever.
        redirect(router, SWAGGER_UI);
    }

    private static void redirect(Router router, String path) {
        router.get(path)
                .order(Integer.MIN_VALUE + 4)
                .handler(context -> context.response()
                        .setStatusCode(302)
                        .putHeader(HttpHeaders.LOCATION, SWAGGER_UI + "/index.html")
                        .end());
    }
}
