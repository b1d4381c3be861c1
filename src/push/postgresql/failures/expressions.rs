//! Expressions of generated columns and indexes that the server takes in no case.

use super::Step;
use crate::catalog::{ObjectKind, Unfit, unfit};
use crate::push::spelled::in_parentheses;

const GENERATED: &str = " GENERATED ALWAYS AS (";

impl Step<'_, '_> {
    /// The expressions of the columns that the statement makes.
    pub(super) fn generated(&mut self) {
        for (at, _) in self.sql.match_indices(GENERATED) {
            let (sqlstate, function, reason) = match in_parentheses(&self.sql[at..], "").and_then(unfit) {
                Some(Unfit::Varies(function)) => ("42P17", function, "does not always give the same"),
                Some(Unfit::LacksCollation(function)) => ("42P22", function, "is given a constant without a collation"),
                None => continue,
            };
            self.fail(sqlstate, format!("the server takes no generated column with `{function}`, which {reason}"));
        }
    }

    /// The keys and the predicate of a new index.
    pub(super) fn index_expressions(&mut self) {
        // Most have neither: their columns stand in the only parentheses.
        if self.object().kind != ObjectKind::Index
            || (self.sql.matches('(').count() < 2 && !self.sql.contains(" WHERE "))
        {
            return;
        }
        let object = self.object();
        let table = object.table.as_deref().and_then(|table| self.input.declared.table(self.schema(), table));
        let index = table.and_then(|declared| declared.table.indexes.iter().find(|index| index.name == object.name));
        let Some(index) = index else { return };
        let keys = index.columns.iter().filter(|key| key.is_expression).map(|key| key.expression.as_str());
        let refused = keys.chain(index.predicate.as_deref()).find_map(unfit);
        if let Some(Unfit::Varies(function)) = refused {
            let reason = format!("the server takes no index with `{function}`, which does not always give the same");
            self.fail("42P17", reason);
        }
    }
}
