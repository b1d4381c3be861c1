//! Which live objects belong to the schema: `tablesFilter`, `schemaFilter` and `extensionsFilters`, as drizzle-kit applies
//! them.

/// The filters of one project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `tablesFilter`, as written.
    pub tables: Vec<String>,
    /// `schemaFilter`, as written or defaulted; `None` keeps every schema.
    pub schemas: Option<Vec<String>>,
    /// `extensionsFilters`, as written.
    pub extensions: Vec<String>,
}

impl Filter {
    /// Whether the filter lets a table or view called `name` through.
    pub fn keeps_table(&self, _name: &str) -> bool {
        true
    }

    /// Whether the filter lets the objects of `schema` through.
    pub fn keeps_schema(&self, _schema: &str) -> bool {
        true
    }
}
