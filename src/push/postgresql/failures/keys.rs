//! Statements about keys, unique constraints and checks.

use super::{Step, casts, spelled};
use crate::catalog::{ObjectRef, Rows, RowsThat, Table};
use crate::push::Aspect;
use crate::push::spelled::{in_parentheses, is_harmless};

impl Step<'_, '_> {
    pub(super) fn add_constraint(&mut self) {
        let sql = self.sql;
        if sql.contains(" FOREIGN KEY ") {
            self.foreign_key();
        } else if let Some(columns) = sql.contains(" PRIMARY KEY").then(|| in_parentheses(sql, " PRIMARY KEY")) {
            self.primary_key(columns);
        } else if sql.contains(" CHECK ") {
            self.check();
        } else if let Some(columns) = in_parentheses(sql, " UNIQUE") {
            self.unique(columns, sql.contains(" UNIQUE NULLS NOT DISTINCT"));
        }
    }

    pub(super) fn unique_index(&mut self) {
        let Some((_, rest)) = self.sql.split_once(" ON ") else { return };
        let Some(columns) = in_parentheses(rest, "") else { return };
        if rest.contains(" WHERE ") {
            self.unique_of(None, false);
        } else {
            let columns = columns.replace(" DESC", "").replace(" NULLS LAST", "").replace(" NULLS FIRST", "");
            self.unique_of(spelled::names(&columns), false);
        }
    }

    fn unique(&mut self, columns: &str, nulls_too: bool) {
        self.unique_of(spelled::names(columns), nulls_too);
    }

    /// Unique over `columns`; `None` where they are not plain columns.
    fn unique_of(&mut self, columns: Option<Vec<String>>, nulls_too: bool) {
        let Some(table) = self.table().filter(|table| self.rows(table) != Rows::None) else { return };
        let reason = format!("two rows of `{}` hold the same values", table.name);
        let Some(columns) = columns else {
            self.doubt("23505", reason, table, None);
            return;
        };
        let known = columns.iter().all(|column| self.is_as_it_was(table, column));
        if !known {
            // What is new is NULL in every row, or the same.
            let apart = |column: &String| table.column(column).is_none() && self.tells_apart(table, column, nulls_too);
            if !columns.iter().any(apart) {
                self.doubt("23505", reason, table, None);
            }
            return;
        }
        if self.is_unique(table, &columns) {
            return;
        }
        let reason = format!("two rows of `{}` hold the same values in {}", table.name, listed(&columns));
        self.doubt("23505", reason, table, Some(RowsThat::AreAlike { columns, nulls_too }));
    }

    fn primary_key(&mut self, columns: Option<&str>) {
        let Some(table) = self.table() else { return };
        let mut key = table.primary_key.iter();
        // 0.31 drops the old one in the same breath.
        let replaces = self.sql.contains(" DROP CONSTRAINT ");
        if !replaces && key.any(|key| !self.done.gone(&ObjectRef::primary_key(table, key))) {
            self.fail("42P16", format!("`{}` has a primary key already", table.name));
            return;
        }
        let columns = columns.and_then(spelled::names).unwrap_or_default();
        if self.rows(table) == Rows::None || !columns.iter().all(|column| self.is_as_it_was(table, column)) {
            return;
        }
        for name in &columns {
            let nullable = table.column(name).is_some_and(|column| column.not_null.known() != Some(&true));
            if nullable && !self.done.required(table, name) {
                let question = RowsThat::AreNull { column: name.clone() };
                self.doubt("23502", format!("a row holds NULL in `{}.{name}`", table.name), table, Some(question));
            }
        }
        if !self.is_unique(table, &columns) {
            let reason = format!("two rows of `{}` hold the same values in {}", table.name, listed(&columns));
            self.doubt("23505", reason, table, Some(RowsThat::AreAlike { columns, nulls_too: false }));
        }
    }

    fn check(&mut self) {
        let Some(table) = self.table().filter(|table| self.rows(table) != Rows::None) else { return };
        let name = &self.object().name;
        let Some(condition) = in_parentheses(self.sql, " CHECK ") else { return };
        let unchanged = table
            .columns
            .iter()
            .all(|column| self.is_as_it_was(table, &column.name) || !condition.contains(column.name.as_str()));
        let asks = unchanged && is_harmless(condition);
        let question = asks.then(|| RowsThat::Violate { condition: condition.to_owned() });
        self.doubt("23514", format!("a row of `{}` violates check `{name}`", table.name), table, question);
    }

    fn foreign_key(&mut self) {
        let Some(key) = spelled::reference(self.sql) else { return };
        let Some(table) = self.table() else { return };
        let target = self.input.live.catalog.table(Some(&key.schema), &key.table);
        let target = target.filter(|target| !self.done.gone(&target.object()));
        if let Some(target) = target
            && !self.is_key(target, &key.references)
        {
            self.fail("42830", format!("{} of `{}` is no key by then", listed(&key.references), key.table));
            return;
        }
        for (own, other) in key.columns.iter().zip(&key.references) {
            let theirs = self.type_of(&key.schema, &key.table, other);
            let ours = self.type_of(table.schema.as_deref().unwrap_or("public"), &table.name, own);
            let (Some(ours), Some(theirs)) = (ours, theirs) else { continue };
            if casts::comparable(&ours, &theirs) == Some(false) {
                let reason = format!(
                    "`{}.{own}` is `{ours}` and `{}.{other}` is `{theirs}`, which cannot be compared",
                    table.name, key.table
                );
                self.fail("42804", reason);
                return;
            }
        }
        let Some(target) = target else {
            // A table of this push has no rows yet.
            if self.rows(table) != Rows::None && key.columns.iter().all(|column| self.is_as_it_was(table, column)) {
                let reason = format!("a row of `{}` refers to a row of `{}`, which is empty", table.name, key.table);
                self.doubt("23503", reason, table, Some(RowsThat::AreNotNull { columns: key.columns }));
            }
            return;
        };
        let known = |table: &Table, columns: &[String]| columns.iter().all(|column| self.is_as_it_was(table, column));
        if self.rows(table) == Rows::None || !known(table, &key.columns) || !known(target, &key.references) {
            return;
        }
        let reason = format!("a row of `{}` refers to no row of `{}`", table.name, key.table);
        let question = RowsThat::ReferToNone {
            columns: key.columns,
            schema: target.schema.clone(),
            table: target.name.clone(),
            references: key.references,
        };
        self.doubt("23503", reason, table, Some(question));
    }

    pub(super) fn drop_constraint(&mut self) {
        let Some(table) = self.table() else { return };
        let name = self.sql.split_once(" DROP CONSTRAINT ").map_or("", |(_, rest)| rest);
        let Some(name) = name.split('"').nth(1) else { return };
        let foreign = table.foreign_keys.iter().find(|key| key.name.as_deref() == Some(name));
        if let Some(key) = foreign {
            let target = self.input.live.catalog.table(key.foreign_schema.as_deref(), &key.foreign_table);
            if target.is_some_and(|target| self.done.gone(&target.object())) {
                let reason =
                    format!("foreign key `{name}` is gone already: it went with table `{}`", key.foreign_table);
                self.fail("42704", reason);
            }
            return;
        }
        let key = table.primary_key.as_ref().filter(|key| key.name.as_deref() == Some(name)).map(|key| &key.columns);
        let unique = table.uniques.iter().find(|unique| unique.name.as_deref() == Some(name));
        let Some(columns) = key.or(unique.map(|unique| &unique.columns)) else { return };
        // Where the same columns are unique twice, nothing says on which the foreign key stands.
        let others = keys(table).filter(|other| same_set(other, columns)).count();
        let user = self.foreign_key_to(table, |references| same_set(references, columns));
        if let Some(user) = user.filter(|_| others == 1) {
            self.fail("2BP01", format!("`{name}` cannot be dropped: `{user}` stands on it"));
        }
    }

    /// A live foreign key of another table that refers to such columns of `table`, and is still there.
    pub(super) fn foreign_key_to(&self, table: &Table, wanted: impl Fn(&Vec<String>) -> bool) -> Option<String> {
        self.input.live.catalog.tables.iter().find_map(|other| {
            let key = other.foreign_keys.iter().find(|key| {
                key.foreign_schema == table.schema
                    && key.foreign_table == table.name
                    && wanted(&key.foreign_columns)
                    && !self.done.gone(&ObjectRef::foreign_key(other, key))
                    && !key.columns.iter().any(|column| self.done.gone(&ObjectRef::column(other, column)))
            })?;
            Some(format!("{}.{}", other.name, key.name.clone().unwrap_or_default()))
        })
    }

    /// Whether a live column holds what it held before the push.
    fn is_as_it_was(&self, table: &Table, column: &str) -> bool {
        const CHANGES: [Aspect; 5] =
            [Aspect::Type, Aspect::Generated, Aspect::Existence, Aspect::Absence, Aspect::Definition];
        table.column(column).is_some() && !CHANGES.iter().any(|aspect| self.done.of_column(*aspect, table, column))
    }

    /// Whether a column that is added makes no two rows alike: NULL, or another value each time.
    fn tells_apart(&self, table: &Table, column: &str, nulls_too: bool) -> bool {
        const EACH_ANOTHER: [&str; 3] = ["nextval(", "random", "serial"];
        let declared = self.input.declared.tables.iter().map(|declared| &declared.table);
        let mut declared = declared.filter(|it| it.schema == table.schema && it.name == table.name);
        let Some(column) = declared.find_map(|table| table.column(column)) else { return true };
        let says = |text: &str| EACH_ANOTHER.iter().any(|word| text.contains(word));
        match column.default.known() {
            _ if column.identity.is_some() || column.sql_type.known().is_some_and(|text| says(text)) => true,
            Some(None) => !nulls_too && column.generated.is_none(),
            Some(Some(default)) => says(default),
            None => true,
        }
    }

    /// Whether no two rows can hold the same values in `columns`.
    fn is_unique(&self, table: &Table, columns: &[String]) -> bool {
        keys(table).any(|key| key.iter().all(|column| columns.contains(column)))
    }

    /// The type that a column has when the statement comes, as far as it is certain.
    fn type_of(&self, schema: &str, table: &str, column: &str) -> Option<String> {
        let declared = self.input.declared.tables.iter().map(|declared| &declared.table);
        let mut declared = declared.filter(|it| it.schema.as_deref() == Some(schema) && it.name == table);
        let declared = declared.next()?.column(column)?.sql_type.known()?;
        let live = self.input.live.catalog.table(Some(schema), table).and_then(|table| table.column(column));
        // Where push changes the type, it depends on what comes first.
        let stays = live.is_none_or(|live| live.sql_type.known() == Some(declared));
        stays.then(|| declared.clone())
    }

    /// Whether `columns` of a live table are its key, or become one before the statement.
    fn is_key(&self, table: &Table, columns: &[String]) -> bool {
        let standing = keys(table).any(|key| same_set(&key, columns));
        standing || self.done.makes_keys(table)
    }
}

/// The columns of the table's keys: primary, unique, and those of plain unique indexes.
fn keys(table: &Table) -> impl Iterator<Item = Vec<String>> {
    let primary = table.primary_key.iter().map(|key| key.columns.clone());
    let uniques = table.uniques.iter().map(|unique| unique.columns.clone());
    let plain = table.indexes.iter().filter(|index| index.unique && index.predicate.is_none());
    let plain = plain.filter(|index| index.columns.iter().all(|column| !column.is_expression));
    let indexes = plain.map(|index| index.columns.iter().map(|column| column.expression.clone()).collect());
    primary.chain(uniques).chain(indexes)
}

fn same_set(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|column| b.contains(column))
}

fn listed(columns: &[String]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}
