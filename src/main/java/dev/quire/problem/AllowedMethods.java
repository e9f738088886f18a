package dev.quire.problem;

import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.util.RuntimeResourceVisitor;

/** The methods of each path, which a 405 has to name (RFC 9110, section 15.5.6) and Quarkus leaves out. */
@Singleton
class AllowedMethods {
    private volatile Map<Pattern, Set<String>> byPath;

    /** The methods that this path has, sorted; called within a request. */
    Set<String> of(String path) {
        if (byPath == null) {
            byPath = read();
        }
        var allowed = new TreeSet<String>();
        byPath.forEach((pattern, methods) -> {
            if (pattern.matcher(path).matches()) {
                allowed.addAll(methods);
            }
        });
        return allowed;
    }

    private static Map<Pattern, Set<String>> read() {
        var byTemplate = new HashMap<String, Set<String>>();
        RuntimeResourceVisitor.visitRuntimeResources(
                "/", CurrentRequestManager.get().getDeployment().getClassMappers(), new RuntimeResourceVisitor() {
                    @Override
                    public void visitRuntimeResource(String method, String template, RuntimeResource resource) {
                        Set<String> methods = byTemplate.computeIfAbsent(template, key -> new TreeSet<>());
                        methods.add(method);
                        if (method.equals("GET")) {
                            methods.add("HEAD");
                        }
                    }
                });
        var patterns = new HashMap<Pattern, Set<String>>();
        byTemplate.forEach((template, methods) ->
                patterns.put(Pattern.compile(template.replaceAll("\\{[^}]+}", "[^/]+")), methods));
        return patterns;
    }
}
