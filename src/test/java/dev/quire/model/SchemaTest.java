package dev.quire.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quire.environment.Database;
import dev.quire.environment.Environment;
import dev.quire.environment.ServiceLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.boot.MetadataSources;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.hibernate.boot.registry.BootstrapServiceRegistryBuilder;
import org.hibernate.boot.registry.StandardServiceRegistry;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.boot.registry.classloading.internal.ClassLoaderServiceImpl;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.tool.schema.spi.SchemaManagementToolCoordinator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The schema of the migrations, compared with the one that Hibernate derives from the entities. */
@QuarkusTest
@QuarkusTestResource(Environment.class)
class SchemaTest {
    private static final String SCHEMA_OF_MIGRATIONS = "public";
    private static final String SCHEMA_OF_ENTITIES = "mapped";

    @BeforeEach
    void createTheSchemaOfHibernate() throws SQLException {
        dropTheSchemaOfHibernate();
        // This warning comes from Hibernate in the test, not in the service.
        ServiceLog.expect("HHH102003");
        var settings = new HashMap<String, Object>();
        settings.put(AvailableSettings.DIALECT, PostgreSQLDialect.class.getName());
        settings.put("hibernate.boot.allow_jdbc_metadata_access", false);
        settings.put(AvailableSettings.PHYSICAL_NAMING_STRATEGY, PhysicalNamingStrategySnakeCaseImpl.class.getName());
        settings.put(AvailableSettings.DEFAULT_SCHEMA, SCHEMA_OF_ENTITIES);
        settings.put(AvailableSettings.JAKARTA_HBM2DDL_CREATE_SCHEMAS, true);
        settings.put(AvailableSettings.JAKARTA_HBM2DDL_DATABASE_ACTION, "create");
        settings.put(AvailableSettings.HBM2DDL_HALT_ON_ERROR, true);
        var bootstrap = new BootstrapServiceRegistryBuilder()
                .applyClassLoaderService(new Plain())
                .build();
        try (Connection connection = Database.connect();
                StandardServiceRegistry registry = new StandardServiceRegistryBuilder(bootstrap)
                        .applySettings(settings)
                        .build()) {
            settings.put(AvailableSettings.JAKARTA_HBM2DDL_CONNECTION, connection);
            var entities = new MetadataSources(registry)
                    .addAnnotatedClasses(
                            User.class, Address.class, Post.class, Category.class, Comment.class, Session.class)
                    .buildMetadata();
            SchemaManagementToolCoordinator.process(entities, registry, settings, action -> {});
        }
    }

    @AfterEach
    void dropTheSchemaOfHibernate() throws SQLException {
        Database.execute("drop schema if exists " + SCHEMA_OF_ENTITIES + " cascade");
    }

    @Test
    void columnsMatchTheMapping() {
        String columns = """
                select table_name, column_name, data_type, character_maximum_length, datetime_precision, is_nullable,
                       is_identity
                from information_schema.columns c
                join information_schema.tables t using (table_schema, table_name)
                where table_schema = ? and table_type = 'BASE TABLE' and table_name <> 'flyway_schema_history'
                  and table_name not in ('attempts', 'change_histories', 'changes', 'idempotency_keys', 'mail_tokens', 'mails', 'revocations',
                    'totp_recovery_codes', 'totps')
                  -- What PostgreSQL derives for its indexes, and no entity needs
                  and (table_name, column_name) not in (('posts', 'search'), ('post_categories', 'post_created_at'))
                order by table_name, column_name
                """;

        assertEquals(lines(columns, SCHEMA_OF_ENTITIES), lines(columns, SCHEMA_OF_MIGRATIONS));
    }

    @Test
    void everyTableIsMapped() {
        String tables = "select table_name from information_schema.tables"
                + " where table_schema = ? and table_type = 'BASE TABLE' order by table_name";

        assertEquals(
                "addresses\ncategories\ncomments\npost_categories\nposts\nsessions\nusers",
                lines(tables, SCHEMA_OF_ENTITIES));
        assertEquals(
                "addresses\nattempts\ncategories\nchange_histories\nchanges\ncomments\nflyway_schema_history\nidempotency_keys\nmail_tokens\nmails\npost_categories\nposts\nrevocations\nsessions\ntotp_recovery_codes\ntotps\nusers",
                lines(tables, SCHEMA_OF_MIGRATIONS));
    }

    @Test
    void keysMatchTheMapping() {
        String keys = """
                select c.contype::text, c.conrelid::regclass::text,
                       (select string_agg(a.attname, ',' order by k.place)
                        from unnest(c.conkey) with ordinality k (number, place)
                        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number),
                       nullif(c.confrelid, 0)::regclass::text,
                       (select string_agg(a.attname, ',' order by k.place)
                        from unnest(c.confkey) with ordinality k (number, place)
                        join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.number)
                from pg_constraint c
                where c.connamespace = ?::regnamespace and c.contype in ('p', 'f', 'u')
                  and c.conrelid::regclass::text not in ('flyway_schema_history', 'attempts', 'change_histories', 'changes', 'idempotency_keys',
                    'mail_tokens', 'mails', 'revocations', 'totp_recovery_codes', 'totps')
                order by 1, 2, 3, 4
                """;

        String migrated = lines(keys, SCHEMA_OF_MIGRATIONS);

        assertEquals(lines(keys, SCHEMA_OF_ENTITIES).replace(SCHEMA_OF_ENTITIES + ".", ""), migrated);
        assertEquals("""
                f comments author_id users id
                f comments post_id posts id
                f post_categories category_id categories id
                f post_categories post_id posts id
                f posts author_id users id
                f sessions user_id users id
                f users address_id addresses id
                f users created_by_id users id
                p addresses id null null
                p categories id null null
                p comments id null null
                p post_categories post_id,category_id null null
                p posts id null null
                p sessions id null null
                p users id null null
                u users address_id null null""", migrated);
    }

    @Test
    void deletionCascadesOnlyToDependentRows() {
        Map<Object, Object> actions =
                Database.rows("""
                        select c.conrelid::regclass || '.' || a.attname, c.confdeltype::text
                        from pg_constraint c
                        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
                        where c.connamespace = 'public'::regnamespace and c.contype = 'f'
                        """).stream().collect(Collectors.toMap(row -> row.get(0), row -> row.get(1)));

        assertEquals(
                Map.ofEntries(
                        Map.entry("post_categories.post_id", "c"),
                        Map.entry("post_categories.category_id", "c"),
                        Map.entry("users.created_by_id", "n"),
                        Map.entry("users.address_id", "a"),
                        Map.entry("posts.author_id", "a"),
                        Map.entry("comments.author_id", "a"),
                        Map.entry("comments.post_id", "c"),
                        Map.entry("idempotency_keys.user_id", "c"),
                        Map.entry("mails.user_id", "c"),
                        Map.entry("mail_tokens.user_id", "c"),
                        Map.entry("totps.user_id", "c"),
                        Map.entry("totp_recovery_codes.user_id", "c"),
                        Map.entry("sessions.user_id", "c")),
                actions);
    }

    @Test
    void deletionActionsMatchTheMapping() {
        String actions = """
                select c.conrelid::regclass::text, a.attname, c.confdeltype::text
                from pg_constraint c
                join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
                where c.connamespace = ?::regnamespace and c.contype = 'f'
                  and c.conrelid::regclass::text not in (
                    'idempotency_keys', 'mail_tokens', 'mails', 'totp_recovery_codes', 'totps')
                  -- Links always go with either side
                  and c.conrelid::regclass::text !~ 'post_categories$'
                order by 1, 2
                """;

        assertEquals(
                lines(actions, SCHEMA_OF_ENTITIES).replace(SCHEMA_OF_ENTITIES + ".", ""),
                lines(actions, SCHEMA_OF_MIGRATIONS));
    }

    @Test
    void foreignKeysAreIndexedInBothDirections() {
        List<List<Object>> slow = Database.rows("""
                select c.conname
                from pg_constraint c
                where c.connamespace = 'public'::regnamespace and c.contype = 'f'
                  and not (exists (select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
                                   and i.indpred is null and i.indisvalid)
                           and exists (select from pg_index i where i.indrelid = c.confrelid
                                       and i.indkey[0] = c.confkey[1] and i.indpred is null and i.indisvalid))
                """);

        assertEquals(List.of(), slow);
    }

    @Test
    void indexesMatchTheMapping() {
        String indexes = """
                select i.indrelid::regclass::text, string_agg(a.attname, ',' order by k.place)
                from pg_index i
                join pg_class r on r.oid = i.indexrelid
                join pg_am m on m.oid = r.relam and m.amname = 'btree'
                cross join unnest(i.indkey) with ordinality k (number, place)
                join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
                where r.relnamespace = ?::regnamespace and not i.indisunique and i.indpred is null
                  and i.indrelid::regclass::text not in (
                    'attempts', 'changes', 'idempotency_keys', 'mail_tokens', 'mails', 'flyway_schema_history')
                  -- By a column that only PostgreSQL fills
                  and i.indrelid::regclass::text <> 'post_categories'
                group by i.indexrelid, i.indrelid
                order by 1, 2
                """;

        assertEquals(
                lines(indexes, SCHEMA_OF_ENTITIES).replace(SCHEMA_OF_ENTITIES + ".", ""),
                lines(indexes, SCHEMA_OF_MIGRATIONS));
    }

    @Test
    void emailsAndNamesOfCategoriesAreUniqueIgnoringCase() {
        List<List<Object>> unique = Database.rows("""
                select i.indrelid::regclass::text, replace(pg_get_expr(i.indexprs, i.indrelid), '::text', '')
                from pg_index i
                join pg_class r on r.oid = i.indexrelid
                where r.relnamespace = 'public'::regnamespace and i.indisunique and i.indexprs is not null
                  and i.indnkeyatts = 1 and i.indpred is null
                """);

        assertEquals(
                Set.of("users fold((email))", "categories fold((name))"),
                unique.stream().map(row -> row.get(0) + " " + row.get(1)).collect(Collectors.toSet()));
    }

    @Test
    void everyEntityHasAVersion() {
        List<List<Object>> versions = Database.rows("""
                select table_name from information_schema.columns
                where table_schema = 'public' and column_name = 'version' and data_type = 'integer'
                  and is_nullable = 'NO' and table_name <> 'flyway_schema_history'
                """);

        assertEquals(
                Set.of("users", "addresses", "posts", "categories", "comments", "sessions"),
                versions.stream().map(row -> row.get(0)).collect(Collectors.toSet()));
    }

    /** A plain Hibernate, without Hibernate Reactive, whose services do not load outside of Quarkus. */
    private static final class Plain extends ClassLoaderServiceImpl {
        Plain() {
            super(User.class.getClassLoader());
        }

        @Override
        public <S> Collection<S> loadJavaServices(Class<S> contract) {
            return List.of();
        }
    }

    private static String lines(String sql, String schema) {
        return Database.rows(sql, schema).stream()
                .map(row -> row.stream().map(String::valueOf).collect(Collectors.joining(" ")))
                .collect(Collectors.joining("\n"));
    }
}
