//! Writes what a table has beside its columns: keys, unique constraints, indexes, checks and policies.

use std::collections::{BTreeMap, BTreeSet};

use super::fix::Remark;
use super::sqlite_text;
use super::writer::{Writer, key_of};
use crate::catalog::{Family, ForeignKey, Index, IndexColumn, Policy, Table, Unique};

/// One entry of a table's extras.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extra {
    /// Its key, where extras are an object.
    pub key: String,
    /// `index("x").on(table.y)`.
    pub text: String,
}

impl Writer<'_> {
    /// The extras of `table` that concern columns for which `concerns` holds.
    pub fn extras(&mut self, table: &Table, parameter: &str, concerns: &dyn Fn(&[String]) -> bool) -> Vec<Extra> {
        let mut extras = Vec::new();
        if let Some(key) =
            table.primary_key.as_ref().filter(|key| self.key_stands_apart(table) && concerns(&key.columns))
        {
            extras.extend(self.primary_key(table, key.name.as_deref(), &key.columns, parameter));
        }
        for unique in table.uniques.iter().filter(|unique| concerns(&unique.columns)) {
            extras.extend(self.unique(table, unique, parameter));
        }
        for key in table.foreign_keys.iter().filter(|key| concerns(&key.columns)) {
            extras.extend(self.foreign_key(table, key, parameter));
        }
        // On MySQL, drizzle-kit passes over an index only if it bears the name of a foreign key.
        let is_mysql = self.family() == Family::Mysql;
        let is_key = |index: &Index| table.foreign_keys.iter().any(|key| key.name.as_ref() == Some(&index.name));
        let own = |index: &&Index| if is_mysql { !is_key(index) } else { !index.of_foreign_key };
        for index in table.indexes.iter().filter(own) {
            let columns: Vec<String> = index.columns.iter().map(|column| column.expression.clone()).collect();
            if concerns(&columns) {
                extras.push(self.index(table, index, parameter));
            }
        }
        extras
    }

    /// The type of the extras, where TypeScript cannot find it by itself: in a circle of tables whose keys stand there.
    pub fn extras_type(&mut self, table: &Table) -> Option<String> {
        let circular = table.foreign_keys.iter().any(|key| {
            let target = (key.foreign_schema.clone(), key.foreign_table.clone());
            !self.is_inline(table, key) && key_of(table) != target && self.is_circular(table, &target)
        });
        let name = match self.family() {
            Family::Postgresql => "PgTableExtraConfigValue",
            Family::Mysql => "MySqlTableExtraConfigValue",
            Family::Sqlite => "SQLiteTableExtraConfigValue",
        };
        (circular && self.style.typed).then(|| self.imports.type_name(self.family().core_module(), name))
    }

    fn member_list(&self, table: &Table, columns: &[String], parameter: &str) -> Vec<String> {
        let key = key_of(table);
        columns
            .iter()
            .filter_map(|column| self.column_key(&key, column))
            .map(|column| self.member(parameter, &column))
            .collect()
    }

    /// `columns` in the table's order, which is the order in which drizzle-kit 0.31 reads constraints back.
    fn as_read(&mut self, table: &Table, columns: &[String], what: &str) -> Vec<String> {
        if !self.v0() || self.family() == Family::Mysql {
            return columns.to_vec();
        }
        let sorted: Vec<String> =
            table.columns.iter().map(|column| column.name.clone()).filter(|name| columns.contains(name)).collect();
        if sorted.len() != columns.len() {
            return columns.to_vec();
        }
        if sorted != columns {
            self.remarks.push(Remark::note(format!(
                "{what} of `{}` is declared in the order of the table's columns, because {} reads it so; in the database it is ({}).",
                table.name,
                self.context.kit,
                columns.join(", ")
            )));
        }
        sorted
    }

    fn primary_key(&mut self, table: &Table, name: Option<&str>, columns: &[String], parameter: &str) -> Option<Extra> {
        let function = self.core("primaryKey");
        let ordered = self.as_read(table, columns, "The primary key");
        let members = self.member_list(table, &ordered, parameter).join(", ");
        let usual = format!("{}_{}_pk", table.name, ordered.join("_"));
        // MySQL's keys have no names; 0.31 takes the table and the columns for one, which is not its own usual name.
        let read = format!("{}_{}", table.name, ordered.join("_"));
        let name = match self.family() {
            Family::Mysql => Some(read.as_str()).filter(|_| self.v0()),
            _ => name.filter(|name| self.family() == Family::Postgresql && self.v0() && *name != usual),
        };
        let name = name.map(|name| format!(", name: {}", self.style.string(name))).unwrap_or_default();
        Some(Extra { key: "pk".into(), text: format!("{function}({{ columns: [{members}]{name} }})") })
    }

    fn unique(&mut self, table: &Table, unique: &Unique, parameter: &str) -> Option<Extra> {
        if self.family() == Family::Sqlite && self.v0() {
            self.remarks.push(Remark::note(format!(
                "{} does not see the UNIQUE ({}) of `{}`; it is left out, because push would add a second index for it.",
                self.context.kit,
                unique.columns.join(", "),
                table.name
            )));
            return None;
        }
        if self.family() == Family::Sqlite && unique.name.is_none() && unique.columns.len() > 1 {
            self.push_would(format!(
                "{} does not see the unnamed UNIQUE ({}) of `{}`, so push would rebuild the table.",
                self.context.kit,
                unique.columns.join(", "),
                table.name
            ));
        }
        if unique.nulls_not_distinct && self.v0() {
            self.push_would(format!(
                "{} does not read NULLS NOT DISTINCT of `{}` back, so push would add the constraint again.",
                self.context.kit, table.name
            ));
        }
        if unique.columns.len() == 1
            && table.uniques.iter().find(|other| other.columns == unique.columns) == Some(unique)
        {
            return None;
        }
        let function = self.core("unique");
        let ordered = self.as_read(table, &unique.columns, "A unique constraint");
        let members = self.member_list(table, &ordered, parameter).join(", ");
        let name = unique.name.as_deref().map(|name| self.style.string(name)).unwrap_or_default();
        let nulls = if unique.nulls_not_distinct { ".nullsNotDistinct()" } else { "" };
        let key = unique.name.clone().unwrap_or_else(|| format!("{}_unique", ordered.join("_")));
        Some(Extra { key, text: format!("{function}({name}).on({members}){nulls}") })
    }

    fn foreign_key(&mut self, table: &Table, key: &ForeignKey, parameter: &str) -> Option<Extra> {
        let target = (key.foreign_schema.clone(), key.foreign_table.clone());
        let foreign_keys: Vec<Option<String>> =
            key.foreign_columns.iter().map(|column| self.column_key(&target, column)).collect();
        let itself = key_of(table) == target;
        let owner = if itself { Some(parameter.to_owned()) } else { self.table(&target) };
        let (Some(owner), Some(foreign)) = (owner, foreign_keys.into_iter().collect::<Option<Vec<String>>>()) else {
            self.push_would(format!(
                "The foreign key from `{}` to `{}` is left out, because the code exports no such table; push would drop it.",
                table.name, key.foreign_table
            ));
            return None;
        };
        if self.is_inline(table, key) {
            return None;
        }
        let mut pairs: Vec<(&String, String)> = key.columns.iter().zip(foreign).collect();
        if self.v0() && self.family() == Family::Postgresql {
            let place = |name: &str| table.columns.iter().position(|column| column.name == name);
            pairs.sort_by_key(|(column, _)| place(column));
            let foreign_table = self.context.live.catalog.table(target.0.as_deref(), &target.1);
            let order: Vec<Option<usize>> = key
                .columns
                .iter()
                .zip(&key.foreign_columns)
                .map(|(column, foreign)| (place(column), foreign))
                .collect::<BTreeMap<_, _>>()
                .into_values()
                .map(|foreign| foreign_table?.columns.iter().position(|column| column.name == *foreign))
                .collect();
            if !order.is_sorted() {
                self.push_would(format!(
                    "{} mixes up the columns of the foreign key `{}`, so push would add it again.",
                    self.context.kit,
                    key.name.as_deref().unwrap_or(&key.foreign_table)
                ));
            }
        }
        let function = self.core("foreignKey");
        let columns: Vec<String> = pairs.iter().map(|(column, _)| (*column).clone()).collect();
        let columns = self.member_list(table, &columns, parameter).join(", ");
        let foreign: Vec<String> = pairs.iter().map(|(_, foreign)| self.member(&owner, foreign)).collect();
        let name = key.name.as_deref().filter(|_| self.family() != Family::Sqlite);
        let name = name.map(|name| format!(", name: {}", self.style.string(name))).unwrap_or_default();
        let mut text =
            format!("{function}({{ columns: [{columns}], foreignColumns: [{}]{name} }})", foreign.join(", "));
        for (function, action) in [("onDelete", &key.on_delete), ("onUpdate", &key.on_update)] {
            if action != "no action" {
                text.push_str(&format!(".{function}({})", self.style.string(action)));
            }
        }
        let key = key.name.clone().unwrap_or_else(|| format!("{}_{}_fk", key.columns.join("_"), key.foreign_table));
        Some(Extra { key, text })
    }

    fn index(&mut self, table: &Table, index: &Index, parameter: &str) -> Extra {
        let function = self.core(if index.unique { "uniqueIndex" } else { "index" });
        let columns: Vec<String> =
            index.columns.iter().map(|column| self.index_column(table, column, parameter)).collect();
        let on = match index.method.as_deref().filter(|method| *method != "btree") {
            Some(method) if self.family() == Family::Postgresql => {
                format!(".using({}, {})", self.style.string(method), columns.join(", "))
            }
            _ => format!(".on({})", columns.join(", ")),
        };
        let predicate = match &index.predicate {
            Some(predicate) => format!(".where({})", self.sql(predicate)),
            None => String::new(),
        };
        // As texts, which is how drizzle-kit 0.x reads them from the database.
        let storage: Vec<String> =
            index.storage.iter().map(|(name, value)| format!("{name}: {}", self.style.string(value))).collect();
        let with = if storage.is_empty() { String::new() } else { format!(".with({{ {} }})", storage.join(", ")) };
        self.index_remarks(table, index);
        Extra {
            key: index.name.clone(),
            text: format!("{function}({}){on}{with}{predicate}", self.style.string(&index.name)),
        }
    }

    fn index_column(&mut self, table: &Table, column: &IndexColumn, parameter: &str) -> String {
        let key = if column.is_expression { None } else { self.column_key(&key_of(table), &column.expression) };
        let postgresql = self.family() == Family::Postgresql;
        let Some(key) = key else {
            let mut expression = column.expression.clone();
            if column.descending {
                expression.push_str(" desc");
            }
            return self.sql(&expression);
        };
        let mut text = self.member(parameter, &key);
        if !postgresql {
            return text;
        }
        match (column.descending, column.nulls_first) {
            (false, Some(true)) => text.push_str(".nullsFirst()"),
            (true, Some(false)) => text.push_str(".desc().nullsLast()"),
            (true, _) => text.push_str(".desc().nullsFirst()"),
            (false, _) => {}
        }
        if let Some(operator_class) = &column.operator_class {
            text.push_str(&format!(".op({})", self.style.string(operator_class)));
        }
        text
    }

    fn index_remarks(&mut self, table: &Table, index: &Index) {
        let expressions = index.columns.iter().filter(|column| column.is_expression).count();
        let descending = |column: &IndexColumn| column.descending;
        match self.family() {
            Family::Sqlite if self.v0() && (expressions > 0 || index.predicate.is_some()) => self.push_would(format!(
                "{} does not read expressions and predicates of SQLite's indexes, so push would create `{}` again.",
                self.context.kit, index.name
            )),
            Family::Sqlite if index.columns.iter().any(descending) => self.remarks.push(Remark::note(format!(
                "drizzle-orm has no DESC for SQLite's indexes, so `{}` of `{}` is declared without it.",
                index.name, table.name
            ))),
            Family::Postgresql if self.v0() && expressions > 0 => {
                let mixed = expressions < index.columns.len();
                let ordered = index.columns.iter().any(|column| column.is_expression && column.descending);
                if mixed || ordered {
                    self.push_would(format!(
                        "{} misreads the index `{}`, which has an expression beside other keys, so push would create it again.",
                        self.context.kit, index.name
                    ));
                }
            }
            _ => {}
        }
    }

    /// The checks of `table`, all or those that have one of `words`.
    pub fn checks(&mut self, table: &Table, words: Option<&[String]>) -> Vec<Extra> {
        let mut extras = Vec::new();
        let mut declared = BTreeSet::new();
        let named = table.checks.iter().any(|check| check.name.is_some());
        let reads_text = self.sqlite_spelling(table).is_some();
        let mut number = 0;
        for check in &table.checks {
            let Some(expression) = check.expression.known().cloned() else { continue };
            if words.is_some_and(|words| !words.iter().any(|word| super::names::has_word(&expression, word))) {
                continue;
            }
            number += 1;
            if reads_text && check.name.is_none() && named {
                self.remarks.push(Remark::note(format!(
                    "{} does not see the unnamed CHECK ({expression}) of `{}` beside named ones; it is left out.",
                    self.context.kit, table.name
                )));
                continue;
            }
            let name = check.name.clone().unwrap_or_else(|| format!("{}_check_{number}", table.name));
            let function = self.core("check");
            let condition = self.sql(&expression);
            extras.push(Extra {
                key: name.clone(),
                text: format!("{function}({}, {condition})", self.style.string(&name)),
            });
            declared.insert(name);
        }
        if reads_text && words.is_none() {
            self.sqlite_check_remarks(table, &declared);
        }
        extras
    }

    /// drizzle-kit 0.31 collects the checks of all SQLite tables in one object and gives it to each of them.
    fn sqlite_check_remarks(&mut self, table: &Table, declared: &BTreeSet<String>) {
        let (live, filter) = (self.context.live, self.context.filter);
        let tables = || live.spellings.iter().filter(|(name, _)| filter.keeps_table(name));
        let seen = sqlite_text::checks(tables().map(|(name, spelling)| (name.as_str(), spelling.sql.as_str())));
        if seen == *declared {
            if !seen.is_empty() && tables().count() > 1 {
                self.remarks.push(Remark::note(format!(
                    "{} takes the CHECK of `{}` for one of every other table too, and push would rebuild those.",
                    self.context.kit, table.name
                )));
            }
            return;
        }
        self.push_would(format!(
            "{} takes every CHECK of the database for one of every table, or misreads its name, so push would rebuild `{}`.",
            self.context.kit, table.name
        ));
    }

    /// The policies of `table`.
    pub fn policies(&mut self, table: &Table) -> Vec<Extra> {
        let mut extras = Vec::new();
        for policy in &table.policies {
            let function = self.core("pgPolicy");
            let options = self.policy_options(policy);
            let name = self.style.string(&policy.name);
            let options = if options.is_empty() { String::new() } else { format!(", {{ {} }}", options.join(", ")) };
            extras.push(Extra { key: policy.name.clone(), text: format!("{function}({name}{options})") });
        }
        if !table.policies.is_empty() && !table.row_level_security {
            self.remarks.push(Remark::note(format!(
                "`{}` has policies but row-level security is off, which drizzle-orm cannot say; a new database would have it on.",
                table.name
            )));
        }
        extras
    }

    fn policy_options(&mut self, policy: &Policy) -> Vec<String> {
        let mut options = Vec::new();
        if !policy.permissive {
            options.push(format!("as: {}", self.style.string("restrictive")));
        }
        if policy.command != "all" {
            options.push(format!("for: {}", self.style.string(&policy.command)));
        }
        match policy.roles.as_slice() {
            [] => {}
            [only] if only == "public" => {}
            [only] => options.push(format!("to: {}", self.style.string(only))),
            roles => {
                let roles: Vec<String> = roles.iter().map(|role| self.style.string(role)).collect();
                options.push(format!("to: [{}]", roles.join(", ")));
            }
        }
        for (key, expression) in [("using", &policy.using), ("withCheck", &policy.with_check)] {
            if let Some(expression) = expression {
                options.push(format!("{key}: {}", self.sql(expression)));
            }
        }
        options
    }
}
