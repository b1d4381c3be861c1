//! The SQL dialects drizzle-kit knows, and which of them we read.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// How many bytes of a name PostgreSQL keeps.
const LONGEST: usize = 63;

/// `dialect` of a drizzle config. <https://orm.drizzle.team/docs/drizzle-config-file#dialect>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL and what speaks its protocol.
    Postgresql,
    /// MySQL and MariaDB.
    Mysql,
    /// SQLite files.
    Sqlite,
    /// libSQL and Turso: SQLite's language behind another connection.
    Turso,
    /// SingleStore: MySQL's kin.
    Singlestore,
}

/// Dialects that share one schema language (`pg-core`, `mysql-core`, `sqlite-core`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// `drizzle-orm/pg-core`.
    Postgresql,
    /// `drizzle-orm/mysql-core` and `singlestore-core`.
    Mysql,
    /// `drizzle-orm/sqlite-core`.
    Sqlite,
}

impl Dialect {
    /// Every dialect we read, in the order in which messages list them.
    pub const ALL: [Dialect; 5] = [Self::Postgresql, Self::Mysql, Self::Sqlite, Self::Turso, Self::Singlestore];

    /// The dialect that a config or `--dialect` calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// Its name in configs and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
            Self::Turso => "turso",
            Self::Singlestore => "singlestore",
        }
    }

    /// Its schema language.
    pub fn family(self) -> Family {
        match self {
            Self::Postgresql => Family::Postgresql,
            Self::Mysql | Self::Singlestore => Family::Mysql,
            Self::Sqlite | Self::Turso => Family::Sqlite,
        }
    }

    /// The schema that a name without one means, where the dialect has schemas.
    pub fn default_schema(self) -> Option<&'static str> {
        match self.family() {
            Family::Postgresql => Some("public"),
            Family::Mysql | Family::Sqlite => None,
        }
    }
}

impl Family {
    /// `name` as an identifier of SQL.
    pub fn quoted(self, name: &str) -> String {
        match self {
            Self::Mysql => format!("`{}`", name.replace('`', "``")),
            Self::Postgresql | Self::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// `text` as a literal of SQL.
    pub fn literal(self, text: &str) -> String {
        let text = text.replace('\'', "''");
        match self {
            Self::Mysql => format!("'{}'", text.replace('\\', "\\\\")),
            Self::Postgresql | Self::Sqlite => format!("'{text}'"),
        }
    }

    /// The module that a schema file imports its builders from.
    pub fn core_module(self) -> &'static str {
        match self {
            Self::Postgresql => "drizzle-orm/pg-core",
            Self::Mysql => "drizzle-orm/mysql-core",
            Self::Sqlite => "drizzle-orm/sqlite-core",
        }
    }

    /// The function that declares a table.
    pub fn table_function(self) -> &'static str {
        match self {
            Self::Postgresql => "pgTable",
            Self::Mysql => "mysqlTable",
            Self::Sqlite => "sqliteTable",
        }
    }

    /// `name` as the engine tells it from others: two names are one where this is.
    pub fn identifier(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Postgresql => Cow::Borrowed(&name[..name.floor_char_boundary(LONGEST.min(name.len()))]),
            Self::Mysql | Self::Sqlite => Cow::Owned(name.to_lowercase()),
        }
    }

    /// Whether two names are one to the engine: PostgreSQL tells them apart by their first 63 bytes, SQLite without case,
    /// MySQL without case for columns and, depending on the server, for tables.
    pub fn same_identifier(self, a: &str, b: &str) -> bool {
        let kept = |name: &str| name.floor_char_boundary(LONGEST.min(name.len()));
        a == b
            || match self {
                Self::Postgresql => (a.len() > LONGEST || b.len() > LONGEST) && a[..kept(a)] == b[..kept(b)],
                Self::Mysql | Self::Sqlite => {
                    a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
                }
            }
    }
}
