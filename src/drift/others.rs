//! Whose tables are found in databases beside a project's own: platforms, migration tools, applications.

use crate::catalog::Table;

/// A platform that keeps objects of its own in its users' databases.
pub(super) struct Platform {
    /// What people call it.
    pub name: &'static str,
    /// Schemas that are its own.
    pub schemas: &'static [&'static str],
    /// Tables and views that are its own in any schema.
    pub names: &'static [&'static str],
    /// How the names of its tables begin.
    pub prefixes: &'static [&'static str],
    /// Tables by which a database of it is known.
    pub signs: &'static [(&'static str, &'static str)],
    /// How many of those it takes; none where the names leave no doubt.
    pub needed_signs: usize,
}

/// The platforms.
pub(super) const PLATFORMS: &[Platform] = &[
    Platform {
        name: "Supabase",
        schemas: &[
            "auth",
            "storage",
            "realtime",
            "_realtime",
            "_analytics",
            "vault",
            "graphql",
            "graphql_public",
            "extensions",
            "pgsodium",
            "pgsodium_masks",
            "pgbouncer",
            "supabase_functions",
            "supabase_migrations",
            "net",
            "cron",
            "pgmq",
            "pgtle",
        ],
        names: &[],
        prefixes: &[],
        signs: &[
            ("auth", "identities"),
            ("auth", "refresh_tokens"),
            ("storage", "objects"),
            ("storage", "buckets"),
            ("realtime", "messages"),
            ("realtime", "subscription"),
            ("vault", "secrets"),
            ("supabase_migrations", "schema_migrations"),
        ],
        needed_signs: 2,
    },
    Platform {
        name: "Neon",
        schemas: &["neon", "neon_auth", "neon_migration"],
        names: &["playing_with_neon"],
        prefixes: &[],
        signs: &[],
        needed_signs: 0,
    },
    Platform {
        name: "PlanetScale",
        schemas: &["pscale_extensions"],
        names: &[],
        prefixes: &["_vt_"],
        signs: &[],
        needed_signs: 0,
    },
    Platform {
        name: "Replit",
        schemas: &["_system"],
        names: &["replit_database_migrations_v1"],
        prefixes: &[],
        signs: &[("_system", "replit_database_migrations_v1")],
        needed_signs: 1,
    },
    Platform {
        name: "Heroku",
        schemas: &["_heroku", "heroku_ext"],
        names: &[],
        prefixes: &[],
        signs: &[],
        needed_signs: 0,
    },
    Platform { name: "Hasura", schemas: &["hdb_catalog"], names: &[], prefixes: &[], signs: &[], needed_signs: 0 },
];

/// A table in which a migration tool keeps what it has done.
pub(super) struct MigrationTable {
    /// How its name begins, in lower case.
    name: &'static str,
    /// Whether the name may go on behind that.
    is_prefix: bool,
    /// Columns that it has, where the name alone leaves a doubt.
    columns: &'static [&'static str],
}

const fn named(name: &'static str) -> MigrationTable {
    MigrationTable { name, is_prefix: false, columns: &[] }
}

const fn beginning(name: &'static str) -> MigrationTable {
    MigrationTable { name, is_prefix: true, columns: &[] }
}

const fn shaped(name: &'static str, columns: &'static [&'static str]) -> MigrationTable {
    MigrationTable { name, is_prefix: false, columns }
}

/// The tables of migration tools.
pub(super) const MIGRATION_TABLES: &[MigrationTable] = &[
    named("_prisma_migrations"),
    beginning("knex_migrations"),
    beginning("kysely_migration"),
    named("flyway_schema_history"),
    named("goose_db_version"),
    named("ar_internal_metadata"),
    named("alembic_version"),
    beginning("databasechangelog"),
    named("typeorm_metadata"),
    named("sequelizemeta"),
    named("atlas_schema_revisions"),
    named("__efmigrationshistory"),
    named("django_migrations"),
    named("mikro_orm_migrations"),
    named("_sqlx_migrations"),
    named("__diesel_schema_migrations"),
    named("seaql_migrations"),
    named("refinery_schema_history"),
    named("pgmigrations"),
    named("d1_migrations"),
    shaped("schema_migrations", &["version"]),
    shaped("migrations", &["timestamp", "name"]),
    shaped("migrations", &["migration", "batch"]),
    shaped("migrations", &["name", "run_on"]),
    shaped("__drizzle_migrations", &["hash", "created_at"]),
];

/// A history has few columns.
const MOST_COLUMNS: usize = 5;

impl MigrationTable {
    /// Whether `table` is such a one.
    pub(super) fn is(&self, table: &Table) -> bool {
        let name = table.name.to_ascii_lowercase();
        let called = if self.is_prefix { name.starts_with(self.name) } else { name == self.name };
        let has = |name: &&str| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        let shaped = self.columns.is_empty() || (table.columns.len() <= MOST_COLUMNS && self.columns.iter().all(has));
        called && shaped
    }
}

/// An application that keeps its tables under a prefix.
pub(super) struct Application {
    /// What people call it.
    pub name: &'static str,
    /// How the names of its tables begin.
    pub prefixes: &'static [&'static str],
    /// Tables by which it is known; two of them are enough.
    pub signs: &'static [&'static str],
}

/// The applications.
pub(super) const APPLICATIONS: &[Application] = &[
    Application {
        name: "WordPress",
        prefixes: &["wp_"],
        signs: &["wp_posts", "wp_options", "wp_users", "wp_postmeta", "wp_terms", "wp_comments"],
    },
    Application {
        name: "Django",
        prefixes: &["django_", "auth_"],
        signs: &["django_content_type", "django_session", "django_admin_log", "auth_permission", "auth_group"],
    },
    Application {
        name: "Directus",
        prefixes: &["directus_"],
        signs: &["directus_collections", "directus_fields", "directus_users", "directus_files"],
    },
    Application {
        name: "Strapi",
        prefixes: &["strapi_"],
        signs: &["strapi_core_store_settings", "strapi_database_schema", "strapi_webhooks", "strapi_api_tokens"],
    },
    Application {
        name: "Moodle",
        prefixes: &["mdl_"],
        signs: &["mdl_user", "mdl_course", "mdl_config", "mdl_context"],
    },
    Application {
        name: "phpBB",
        prefixes: &["phpbb_"],
        signs: &["phpbb_posts", "phpbb_users", "phpbb_config", "phpbb_topics"],
    },
];
