package dev.quire;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.INTERFACES;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beDeclaredInClassesThat;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beRecords;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.quire.http.Batchable;
import dev.quire.http.Confidential;
import dev.quire.http.NotBatchable;
import dev.quire.http.VariesByReader;
import dev.quire.security.Caller;
import io.quarkus.hibernate.reactive.panache.common.WithSession;
import io.quarkus.hibernate.reactive.panache.common.WithTransaction;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import jakarta.persistence.Entity;
import jakarta.persistence.MappedSuperclass;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.core.UriInfo;
import java.lang.annotation.Annotation;
import java.util.Set;
import java.util.stream.Stream;

@AnalyzeClasses(packages = "dev.quire", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] HTTP = {"jakarta.ws.rs..", "org.jboss.resteasy.."};

    @ArchTest
    static final ArchRule modelDependsOnNoOtherPackage = noClasses()
            .that()
            .resideInAPackage("dev.quire.model..")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.quire..").and(not(resideInAPackage("dev.quire.model.."))));

    @ArchTest
    static final ArchRule theModelIsEntitiesOnly = classes()
            .that()
            .resideInAPackage("dev.quire.model..")
            .and()
            .areTopLevelClasses()
            .and()
            .areNotAnnotations()
            .should()
            .beAnnotatedWith(Entity.class)
            .orShould()
            .beAnnotatedWith(MappedSuperclass.class);

    @ArchTest
    static final ArchRule entitiesAreInTheModelOnly = classes()
            .that()
            .areAnnotatedWith(Entity.class)
            .or()
            .areAnnotatedWith(MappedSuperclass.class)
            .should()
            .resideInAPackage("dev.quire.model");

    /** Hibernate calls their constructors by reflection, which a native image allows only for registered types. */
    @ArchTest
    static final ArchRule recordsOfQueriesAreRegisteredForReflection = classes()
            .that()
            .resideInAPackage("dev.quire.model..")
            .and(DescribedPredicate.describe(
                    "are records created by no code",
                    record -> record.isRecord()
                            && record.getConstructors().stream()
                                    .allMatch(made -> made.getAccessesToSelf().isEmpty())))
            .should()
            .beAnnotatedWith(RegisterForReflection.class);

    @ArchTest
    static final ArchRule packagesDependOnEachOtherInOneDirection =
            slices().matching("dev.quire.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesAreNamedAfterTheirSubject =
            noClasses().should().resideInAnyPackage("..util..", "..utils..", "..common..", "..impl..", "..dto..");

    /** The HTTP layer: resources, their nested parameters, and the packages that resources share. */
    @ArchTest
    static final ArchRule onlyTheHttpLayerDependsOnHttp = noClasses()
            .that(not(partOf("Resource")))
            .and()
            .resideOutsideOfPackages("dev.quire.http", "dev.quire.problem", "dev.quire.batch", "dev.quire.json")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(HTTP);

    @ArchTest
    static final ArchRule servicesDoNotDependOnHttp =
            noClasses().that(partOf("Service")).should().dependOnClassesThat().resideInAnyPackage(HTTP);

    @ArchTest
    static final ArchRule writesDeclareWhetherABatchMayContainThem = methods()
            .that()
            .areMetaAnnotatedWith(HttpMethod.class)
            .and()
            .areNotAnnotatedWith(GET.class)
            .should()
            .beAnnotatedWith(Batchable.class)
            .orShould()
            .beAnnotatedWith(NotBatchable.class)
            .orShould(beDeclaredInClassesThat(annotatedWith(NotBatchable.class)));

    @ArchTest
    static final ArchRule resourcesDoNotDependOnTheDatabase = noClasses()
            .that(partOf("Resource"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.quire.model..", "io.quarkus.hibernate..", "io.quarkus.panache..", "org.hibernate..");

    /** dev.quire.demo fills a database for development, in one transaction of its own. */
    @ArchTest
    static final ArchRule onlyServicesBeginTransactions = methods()
            .that()
            .areAnnotatedWith(WithTransaction.class)
            .or()
            .areAnnotatedWith(WithSession.class)
            .should()
            .beDeclaredInClassesThat(simpleNameEndingWith("Service").or(resideInAPackage("dev.quire.demo")));

    @ArchTest
    static final ArchRule transactionsAreDeclaredPerMethod = noClasses()
            .that()
            .areNotAnnotatedWith(Interceptor.class)
            .should()
            .beAnnotatedWith(WithTransaction.class)
            .orShould()
            .beAnnotatedWith(WithSession.class);

    @ArchTest
    static final ArchRule bodiesAreRecords = classes()
            .that()
            .haveSimpleNameEndingWith("Input")
            .or()
            .haveSimpleNameEndingWith("View")
            .should(beRecords().or(beSealedInterfaces()));

    @ArchTest
    static final ArchRule beansAreInjectedByConstructor = noFields().should().beAnnotatedWith(Inject.class);

    @ArchTest
    static final ArchRule resourcesAndServicesHoldNoStateOfARequest = fields().that()
            .areDeclaredInClassesThat(simpleNameEndingWith("Resource").or(simpleNameEndingWith("Service")))
            .should()
            .beFinal();

    /** A read that needs a token, or looks at the caller, would otherwise be cached as if everyone got the same. */
    @ArchTest
    static final ArchRule readsThatDependOnTheReaderAreAnnotated = methods()
            .that()
            .areAnnotatedWith(GET.class)
            .and(DescribedPredicate.describe(
                    "look at the caller",
                    method -> !method.isAnnotatedWith(PermitAll.class)
                            || method.getMethodCallsFromSelf().stream()
                                    .anyMatch(call ->
                                            call.getTarget().getRawReturnType().isEquivalentTo(Caller.class))))
            .should(beOperationsWith(VariesByReader.class).or(beOperationsWith(Confidential.class)));

    /** Classes that need the path of a request for another purpose than to decide by it. */
    private static final Set<String> CLASSES_THAT_READ_PATHS = Set.of(
            // They find the operation, and name its methods and media types.
            "AllowedMethods",
            "ContentNegotiation",
            // They show the path, or put it into links.
            "PageParameters",
            "ProblemMapper",
            "RouterFailureHandler",
            // A key belongs to one request, and the path is a part of that.
            "IdempotentInterceptor",
            // It normalizes the path; the OpenAPI endpoint of Quarkus, which is no operation of the service, accepts
            // every method.
            "RequestHead",
            // The endpoints of Quarkus are not counted.
            "RequestMetrics");

    @ArchTest
    static final ArchRule policyIsDeclaredOnOperationsAndNotByPath = noClasses()
            .that(not(DescribedPredicate.describe(
                    "may read the path of a request",
                    type -> CLASSES_THAT_READ_PATHS.contains(outermost(type).getSimpleName()))))
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "it reads the path of a request",
                    call -> Stream.of(HttpServerRequest.class, RoutingContext.class, UriInfo.class)
                                    .anyMatch(call.getTargetOwner()::isAssignableTo)
                            && call.getName()
                                    .matches("(?i)path|uri|absoluteURI|normalizedPath|get.*(Path|Uri|Segments).*")));

    /** Matches classes with this suffix, and classes nested in them. */
    private static DescribedPredicate<JavaClass> partOf(String suffix) {
        return DescribedPredicate.describe(
                "are part of a " + suffix,
                type -> outermost(type).getSimpleName().endsWith(suffix));
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    private static ArchCondition<JavaMethod> beOperationsWith(Class<? extends Annotation> policy) {
        return ArchCondition.from(DescribedPredicate.describe(
                "be annotated with @" + policy.getSimpleName() + ", or their class",
                method -> method.isAnnotatedWith(policy) || method.getOwner().isAnnotatedWith(policy)));
    }

    private static ArchCondition<JavaClass> beSealedInterfaces() {
        return new ArchCondition<>("be sealed interfaces") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean sealed = INTERFACES.test(type) && type.reflect().isSealed();
                events.add(
                        new SimpleConditionEvent(type, sealed, type.getName() + " is a sealed interface: " + sealed));
            }
        };
    }
}
