//! Which live objects belong to the schema: `tablesFilter`, `schemaFilter` and `extensionsFilters`, as drizzle-kit applies
//! them.

use serde::{Deserialize, Serialize};

use super::{Dialect, Family, Generation, Glob};

/// The filters of one project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// The rules that hold: exact schema names in 0.x, globs in 1.0.
    pub generation: Generation,
    /// `tablesFilter`, as written.
    pub tables: Vec<String>,
    /// `schemaFilter`, as written or defaulted; `None` keeps every schema.
    pub schemas: Option<Vec<String>>,
    /// `extensionsFilters`, as written.
    pub extensions: Vec<String>,
    /// `migrations` of the config.
    pub migrations: MigrationsTable,
}

/// Where drizzle-kit keeps the list of applied migrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationsTable {
    /// `migrations.schema`.
    pub schema: String,
    /// `migrations.table`.
    pub table: String,
}

impl Default for MigrationsTable {
    /// drizzle-kit's own defaults.
    fn default() -> Self {
        Self { schema: "drizzle".into(), table: "__drizzle_migrations".into() }
    }
}

/// What 0.x takes for the list of applied migrations on MySQL and SQLite, whatever the config calls it.
const MIGRATIONS_V0: &str = "__drizzle_migrations";

/// Names that drizzle-kit never looks at on SQLite, by their beginning.
const NEVER_SQLITE: &[&str] = &["_cf_", "_litestream_", "libsql_", "sqlite_"];

/// Likewise, since 1.0.
const NEVER_SQLITE_V1: &[&str] = &["d1_"];

/// The patterns that an extension of `extensionsFilters` adds to `tablesFilter`.
const EXTENSIONS: &[(&str, &[&str])] = &[("postgis", &["!geography_columns", "!geometry_columns", "!spatial_ref_sys"])];

impl Filter {
    /// Whether the filter lets a table or view called `name` through.
    pub fn keeps_table(&self, name: &str) -> bool {
        self.table_patterns().keep(name)
    }

    /// Whether the filter lets the objects of `schema` through.
    pub fn keeps_schema(&self, schema: &str) -> bool {
        self.schema_names().keep(schema)
    }

    /// The filter of a project of `dialect`, made ready for many questions.
    pub fn scope(&self, dialect: Dialect) -> Scope<'_> {
        Scope { dialect, filter: self, tables: self.table_patterns(), schemas: self.schema_names() }
    }

    fn table_patterns(&self) -> Patterns {
        let added = EXTENSIONS.iter().filter(|(name, _)| self.extensions.iter().any(|extension| extension == name));
        let added = added.flat_map(|(_, patterns)| patterns.iter().copied());
        Patterns(self.tables.iter().map(String::as_str).chain(added).map(Pattern::new).collect())
    }

    fn schema_names(&self) -> Patterns {
        let names = self.schemas.iter().flatten();
        Patterns(match self.generation {
            Generation::V0 => names.map(|name| Pattern::Exact(name.clone())).collect(),
            Generation::V1 => names.map(|pattern| Pattern::new(pattern)).collect(),
        })
    }
}

/// Why drizzle-kit does not look at something in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hidden {
    /// It never does: the list of applied migrations, what belongs to the engine or its platform.
    Always,
    /// `schemaFilter`.
    BySchema,
    /// `tablesFilter`, and what an extension adds to it.
    ByName,
}

/// A filter made ready for a dialect: what of both sides drizzle-kit looks at.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    dialect: Dialect,
    filter: &'a Filter,
    tables: Patterns,
    schemas: Patterns,
}

impl Scope<'_> {
    /// Whether drizzle-kit looks at the live table `name` of `schema`.
    pub fn covers_live(&self, schema: Option<&str>, name: &str) -> bool {
        self.hides_live(schema, name).is_none()
    }

    /// Why drizzle-kit does not look at the live table `name` of `schema`, where it does not.
    pub fn hides_live(&self, schema: Option<&str>, name: &str) -> Option<Hidden> {
        if self.is_never_looked_at(schema, name) {
            Some(Hidden::Always)
        } else if !self.keeps_schema(schema) {
            Some(Hidden::BySchema)
        } else {
            (!self.tables.keep(name)).then_some(Hidden::ByName)
        }
    }

    /// Whether drizzle-kit looks at the declared table `name` of `schema`. 0.x applies `tablesFilter` to the database
    /// alone, and so does 1.0 on MySQL and SQLite.
    pub fn covers_declared(&self, schema: Option<&str>, name: &str) -> bool {
        let by_name = self.filter.generation == Generation::V1 && self.dialect.family() == Family::Postgresql;
        (!by_name || self.tables.keep(name)) && schema.is_none_or(|schema| self.schemas.keep(schema))
    }

    /// Whether the filter lets the objects of `schema` through; those without a schema always.
    pub fn keeps_schema(&self, schema: Option<&str>) -> bool {
        schema.is_none_or(|schema| self.schemas.keep(schema))
    }

    fn is_never_looked_at(&self, schema: Option<&str>, name: &str) -> bool {
        let migrations = &self.filter.migrations;
        match (self.dialect.family(), self.filter.generation) {
            // 0.x spares its own table only where the schema filter does.
            (Family::Postgresql, Generation::V0) => false,
            (Family::Postgresql, Generation::V1) => {
                schema == Some(migrations.schema.as_str()) && name == migrations.table
            }
            (Family::Mysql, Generation::V0) => name == MIGRATIONS_V0,
            (Family::Mysql, Generation::V1) => name == migrations.table,
            (Family::Sqlite, generation) => {
                let (own, later): (_, &[&str]) = match generation {
                    Generation::V0 => (MIGRATIONS_V0, &[]),
                    Generation::V1 => (migrations.table.as_str(), NEVER_SQLITE_V1),
                };
                let lower = name.to_ascii_lowercase();
                name == own || NEVER_SQLITE.iter().chain(later).any(|beginning| lower.starts_with(beginning))
            }
        }
    }
}

/// The patterns of one filter, judged together.
#[derive(Clone, Debug)]
struct Patterns(Vec<Pattern>);

impl Patterns {
    /// drizzle-kit's verdict. No pattern keeps all. Each that matches speaks for the name and each `!pattern` that does not
    /// match speaks against it; the name stays if some speak and none against it. So one `!pattern` makes the others moot.
    fn keep(&self, name: &str) -> bool {
        let mut spoken = self.0.iter().filter_map(|pattern| pattern.verdict(name)).peekable();
        self.0.is_empty() || (spoken.peek().is_some() && spoken.all(|kept| kept))
    }
}

#[derive(Clone, Debug)]
enum Pattern {
    /// A name as it is.
    Exact(String),
    /// `# comment`.
    Comment,
    /// A glob.
    Glob { negated: bool, glob: Glob },
}

impl Pattern {
    /// As minimatch reads a pattern: `#` makes it a comment, each `!` in front turns its meaning round.
    fn new(pattern: &str) -> Self {
        if pattern.starts_with('#') {
            return Self::Comment;
        }
        let glob = pattern.trim_start_matches('!');
        Self::Glob { negated: (pattern.len() - glob.len()) % 2 == 1, glob: Glob::new(glob) }
    }

    fn verdict(&self, name: &str) -> Option<bool> {
        match self {
            Self::Exact(exact) => (exact == name).then_some(true),
            Self::Comment => None,
            Self::Glob { negated: false, glob } => glob.matches(name).then_some(true),
            Self::Glob { negated: true, glob } => Some(!glob.matches(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(generation: Generation, tables: &[&str], schemas: Option<&[&str]>) -> Filter {
        Filter {
            generation,
            tables: tables.iter().map(|pattern| (*pattern).to_owned()).collect(),
            schemas: schemas.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
            ..Filter::default()
        }
    }

    #[test]
    fn schemas_are_names_in_0_and_globs_in_1() {
        let exact = filter(Generation::V0, &[], Some(&["public", "app_*"]));
        assert!(exact.keeps_schema("public") && exact.keeps_schema("app_*") && !exact.keeps_schema("app_one"));
        let globs = filter(Generation::V1, &[], Some(&["public", "app_*"]));
        assert!(globs.keeps_schema("public") && globs.keeps_schema("app_one") && !globs.keeps_schema("auth"));
        assert!(filter(Generation::V1, &[], None).keeps_schema("auth"));
    }

    #[test]
    fn some_tables_are_never_looked_at() {
        use Generation::{V0, V1};
        for (dialect, generation, schema, name, expected) in [
            (Dialect::Sqlite, V0, None, "__drizzle_migrations", false),
            (Dialect::Sqlite, V0, None, "_cf_KV", false),
            (Dialect::Sqlite, V0, None, "xcf_KV", true),
            (Dialect::Sqlite, V0, None, "sqlite_stat1", false),
            (Dialect::Sqlite, V0, None, "d1_migrations", true),
            (Dialect::Sqlite, V1, None, "d1_migrations", false),
            (Dialect::Turso, V0, None, "libsql_wasm_func_table", false),
            (Dialect::Mysql, V0, None, "__drizzle_migrations", false),
            (Dialect::Postgresql, V0, Some("public"), "__drizzle_migrations", true),
            (Dialect::Postgresql, V1, Some("drizzle"), "__drizzle_migrations", false),
            (Dialect::Postgresql, V1, Some("public"), "__drizzle_migrations", true),
        ] {
            let filter = filter(generation, &[], None);
            assert_eq!(filter.scope(dialect).covers_live(schema, name), expected, "{dialect:?} {generation:?} {name}");
        }
        let mut renamed = filter(V1, &[], None);
        renamed.migrations.table = "applied".into();
        for dialect in [Dialect::Mysql, Dialect::Sqlite] {
            let hidden = |name| renamed.scope(dialect).hides_live(None, name);
            assert_eq!((hidden("applied"), hidden("__drizzle_migrations")), (Some(Hidden::Always), None));
        }
    }

    #[test]
    fn an_extension_adds_its_patterns() {
        let mut filter = filter(Generation::V0, &["users"], None);
        assert!(!filter.keeps_table("orders"));
        filter.extensions = vec!["postgis".into(), "unheard_of".into()];
        assert!(filter.keeps_table("orders") && !filter.keeps_table("spatial_ref_sys"));
    }

    #[test]
    fn only_1_filters_the_code() {
        let hidden =
            |generation, dialect| !filter(generation, &["!users"], None).scope(dialect).covers_declared(None, "users");
        assert!(!hidden(Generation::V0, Dialect::Postgresql) && hidden(Generation::V1, Dialect::Postgresql));
        assert!(!hidden(Generation::V1, Dialect::Mysql));
    }
}
