//! What rows can tell of what a push would ask and destroy: questions whose answers, taken for evidence, make the next plan
//! exact.

use std::collections::BTreeSet;

use super::{Aspect, PushPlan};
use crate::catalog::{Fact, LiveCatalog, ObjectKind, ObjectRef, RowQuestion, RowsThat, Table, TableKind};

impl PushPlan {
    /// Whether each table that the plan is about holds rows, and each column that would go or change, values.
    pub fn evidence_questions(&self, live: &LiveCatalog) -> Vec<RowQuestion> {
        let touches = || self.statements.iter().flat_map(|statement| &statement.touches);
        let lost = self.statements.iter().flat_map(|statement| &statement.lost);
        let concerned = || self.prompts.iter().flat_map(|prompt| &prompt.concerns);
        let tables: BTreeSet<Key> = touches().map(|touch| &touch.object).chain(concerned()).map(holder).collect();
        // What a foreign table holds is another server's to say.
        let own = |table: &Table| table.kind != TableKind::Foreign;
        let tables = tables.into_iter().filter(|(schema, name)| match live.catalog.table(*schema, name) {
            Some(table) => own(table),
            None => live.evidence.contains_key(&((*schema).map(str::to_owned), (*name).to_owned())),
        });
        let changes = |aspect| matches!(aspect, Aspect::Absence | Aspect::Type | Aspect::Generated | Aspect::Rows);
        let changed = touches().filter(|touch| changes(touch.aspect)).map(|touch| &touch.object);
        let columns: BTreeSet<&ObjectRef> = changed.chain(lost).chain(concerned()).collect();
        let columns = columns.into_iter().filter(|object| object.kind == ObjectKind::Column).filter_map(|object| {
            let (schema, table) = holder(object);
            // One that refuses NULL is empty only where its table is.
            let column = live.catalog.table(schema, table).filter(|table| own(table))?.column(&object.name)?;
            (column.not_null != Fact::Known(true)).then_some((schema, table, object.name.as_str()))
        });
        let question = |schema: Option<&str>, table: &str, rows| RowQuestion {
            schema: schema.map(str::to_owned),
            table: table.to_owned(),
            rows,
        };
        let tables = tables.map(|(schema, table)| question(schema, table, RowsThat::Exist));
        let columns = columns.map(|(schema, table, column)| {
            question(schema, table, RowsThat::AreNotNull { columns: vec![column.to_owned()] })
        });
        tables.chain(columns).collect()
    }
}

type Key<'a> = (Option<&'a str>, &'a str);

/// What holds the rows of an object.
fn holder(object: &ObjectRef) -> Key<'_> {
    (object.schema.as_deref(), object.table.as_deref().unwrap_or(&object.name))
}
