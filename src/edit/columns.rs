//! Writes one column: its builder, and the modifiers behind it.

use super::builders::{self, Value};
use super::defaults;
use super::fix::Remark;
use super::sqlite_text;
use super::writer::{TableKey, Writer, key_of};
use crate::catalog::{Column, Family, ForeignKey, Generated, Identity, Index, Table};

impl Writer<'_> {
    /// `key: builder("name").modifiers()`.
    pub fn column(&mut self, table: &Table, column: &Column) -> Result<String, String> {
        let key = self.own_key(table, column);
        let name = self.style.writes_name(&key, &column.name).then(|| self.style.string(&column.name));
        let sql_type = column
            .sql_type
            .known()
            .ok_or_else(|| format!("the type of `{}.{}` is not known", table.name, column.name))?;
        let mut text = String::new();
        let mut implied_not_null = false;
        let element = sql_type.trim_end_matches("[]");
        let wanted = column.type_schema.as_ref().and_then(|schema| {
            let element = element.rsplit('.').next().unwrap_or(element);
            let enums = &self.context.live.catalog.enums;
            enums.iter().find(|known| known.name == element && known.schema.as_ref() == Some(schema)).cloned()
        });
        let generation = self.context.kit.generation();
        let is_serial = !self.v0() && self.family() == Family::Mysql && is_serial(table, column);
        let mut builder = builders::builder(self.family(), generation, if is_serial { "serial" } else { sql_type });
        let tag = || "sql".to_owned();
        let default = column
            .default
            .known()
            .cloned()
            .flatten()
            .filter(|_| !builder.implies_not_null && column.generated.is_none());
        if let Some(wanted) = &wanted {
            builder.function = "enum";
            builder.kind = builders::Kind::Text;
            builder.config.clear();
            let function = self.enum_builder(wanted);
            text.push_str(&format!("{function}({})", name.as_deref().unwrap_or_default()));
        }
        let default = default.map(|sql| {
            let probe = defaults::spelling(self.family(), generation, &mut builder.clone(), &sql, &self.style, &tag());
            let local = if probe.uses_sql { self.sql_tag() } else { tag() };
            defaults::spelling(self.family(), generation, &mut builder, &sql, &self.style, &local)
        });
        if wanted.is_none() {
            let function = match builder.function {
                "customType" => {
                    let sql_type = builder.sql_type.clone();
                    self.custom_builder(&sql_type)
                }
                core => self.column_builder(core),
            };
            let config = self.config(&builder.config);
            let arguments: Vec<String> = name.into_iter().chain(config).collect();
            text.push_str(&format!("{function}({})", arguments.join(", ")));
            implied_not_null = builder.implies_not_null;
        }
        if wanted.is_none() && builder.function != "customType" {
            text.push_str(&self.text_modifiers(table, column));
        }
        // The types that 1.0 takes for numeric; others it compares as they are written.
        const NUMERIC: &[&str] = &["numeric", "decimal", "boolean", "date", "datetime"];
        if !self.v0()
            && builder.function == "numeric"
            && self.family() == Family::Sqlite
            && !NUMERIC.iter().any(|known| sql_type.starts_with(known))
        {
            self.push_would(format!(
                "{} knows no type `{sql_type}` (`{}.{}`), so push would rebuild the table.",
                self.context.kit, table.name, column.name
            ));
        }
        if self.v0()
            && self.family() == Family::Postgresql
            && builder.function == "customType"
            && sql_type.contains('"')
        {
            self.push_would(format!(
                "{} loses the quotes of the type {sql_type} of `{}.{}`, so push would try to change it.",
                self.context.kit, table.name, column.name
            ));
        }
        if self.v0() || builder.dimensions <= 1 {
            text.push_str(&".array()".repeat(builder.dimensions));
        } else {
            text.push_str(&format!(".array({})", self.style.string(&"[]".repeat(builder.dimensions))));
        }
        let primary = self.primary_key_modifier(table, column);
        if let Some(modifier) = primary {
            text.push_str(modifier);
            implied_not_null = true;
        }
        if let Some(identity) = &column.identity {
            let modifier = self.identity(table, column, identity);
            text.push_str(&modifier);
            implied_not_null = true;
        }
        let not_null = self.says_not_null(table, column);
        if not_null && !implied_not_null {
            text.push_str(".notNull()");
        }
        if !not_null && implied_not_null && primary.is_none() {
            self.push_would(format!(
                "`{}.{}` allows NULL in the database; a builder of its type always says NOT NULL, so push would set it.",
                table.name, column.name
            ));
        }
        if let Some(default) = default {
            text.push_str(&default.modifier);
            if !default.silent {
                self.push_would(format!(
                    "{} reads the default of `{}.{}` back as something else, so push would set it again.",
                    self.context.kit, table.name, column.name
                ));
            }
        }
        if let Some(update) = column.on_update.as_ref().filter(|_| self.family() == Family::Mysql) {
            text.push_str(&self.on_update_modifier(builder.function, update));
        }
        let comes_unique = is_serial && table.uniques.iter().any(|unique| unique.columns == [column.name.clone()]);
        if !comes_unique {
            text.push_str(&self.unique_modifier(table, column, &key));
        }
        if let Some(generated) = &column.generated {
            let modifier = self.generated(table, column, generated);
            text.push_str(&modifier);
        }
        if column.autoincrement && self.family() == Family::Mysql && !is_serial {
            text.push_str(".autoincrement()");
        }
        text.push_str(&self.reference_modifier(table, column));
        Ok(format!("{}: {text}", self.style.property(&key)))
    }

    /// `.charSet().collate()` of 1.0, which holds a column's text against the database's; 0.31 knows neither.
    fn text_modifiers(&self, table: &Table, column: &Column) -> String {
        let Some(words) = self.context.live.information_schema.as_ref().filter(|_| !self.v0()) else {
            return String::new();
        };
        let columns = words.table(&table.name).map_or(&[][..], |table| &table.columns);
        let Some(own) = columns.iter().find(|own| own.name == column.name) else { return String::new() };
        let (Some(character_set), Some(collation)) = (&own.character_set, &own.collation) else {
            return String::new();
        };
        if (character_set, collation) == (&words.character_set, &words.collation) {
            return String::new();
        }
        format!(".charSet({}).collate({})", self.style.string(character_set), self.style.string(collation))
    }

    /// `.onUpdateNow()`, as far as the builder has it: 0.31 does for timestamps, without a precision.
    fn on_update_modifier(&self, function: &str, update: &str) -> String {
        let precision = update.split_once('(').map(|(_, rest)| rest.trim_end_matches(')'));
        match (function, self.v0(), precision) {
            ("timestamp", true, _) | ("timestamp" | "datetime", false, None) => ".onUpdateNow()".to_owned(),
            ("timestamp" | "datetime", false, Some(precision)) => format!(".onUpdateNow({{ fsp: {precision} }})"),
            _ => String::new(),
        }
    }

    /// A builder's configuration as an argument.
    fn config(&self, config: &[(&'static str, Value)]) -> Option<String> {
        if config.is_empty() {
            return None;
        }
        let value = |value: &Value| match value {
            Value::Plain(text) => text.clone(),
            Value::Text(text) => self.style.string(text),
            Value::Texts(texts) => {
                format!("[{}]", texts.iter().map(|text| self.style.string(text)).collect::<Vec<_>>().join(", "))
            }
        };
        match config {
            // An argument of its own, as `mysqlEnum("role", [...])` takes it.
            [("", only)] => Some(value(only)),
            _ => {
                let properties: Vec<String> =
                    config.iter().map(|(key, given)| format!("{key}: {}", value(given))).collect();
                Some(format!("{{ {} }}", properties.join(", ")))
            }
        }
    }

    /// `.primaryKey()` where the column alone is the key and drizzle-kit sees it so.
    fn primary_key_modifier(&mut self, table: &Table, column: &Column) -> Option<&'static str> {
        table.primary_key.as_ref().filter(|key| key.columns == [column.name.clone()])?;
        if self.family() == Family::Sqlite && column.autoincrement && !self.says_autoincrement(table, column) {
            self.remarks.push(Remark::note(format!(
                "{} does not see the AUTOINCREMENT of `{}.{}`, which is not in capitals; it is left out.",
                self.context.kit, table.name, column.name
            )));
        }
        if self.key_stands_apart(table) {
            return None;
        }
        if !self.says_autoincrement(table, column) {
            return Some(".primaryKey()");
        }
        if self.v0() && !self.says_not_null(table, column) {
            self.push_would(format!(
                "{} has no spelling for an AUTOINCREMENT key without NOT NULL (`{}.{}`), so push would rebuild the table.",
                self.context.kit, table.name, column.name
            ));
        }
        Some(".primaryKey({ autoIncrement: true })")
    }

    /// Whether the key of one column goes among the extras. `.primaryKey()` says NOT NULL, which a key of SQLite need not
    /// be; `primaryKey({ columns: [one] })` does not say it, and drizzle-kit 0.31 takes it for the same key.
    pub fn key_stands_apart(&self, table: &Table) -> bool {
        let Some(key) = &table.primary_key else { return false };
        let [only] = key.columns.as_slice() else { return true };
        self.family() == Family::Sqlite
            && self.v0()
            && table
                .column(only)
                .is_some_and(|column| !self.says_not_null(table, column) && !self.says_autoincrement(table, column))
    }

    /// Whether the column is NOT NULL, as drizzle-kit sees it: 0.31 wants it spelled out in SQLite.
    fn says_not_null(&self, table: &Table, column: &Column) -> bool {
        match self.sqlite_spelling(table) {
            Some(spelling) => spelling.not_null.contains(&column.name),
            None => column.not_null.known() == Some(&true),
        }
    }

    /// Whether the column is AUTOINCREMENT, as drizzle-kit sees it: it wants it in capitals.
    fn says_autoincrement(&self, table: &Table, column: &Column) -> bool {
        let spelling = self.context.live.spellings.get(&table.name);
        self.family() == Family::Sqlite
            && column.autoincrement
            && spelling.is_none_or(|spelling| sqlite_text::autoincrement(&spelling.sql))
    }

    fn identity(&mut self, table: &Table, column: &Column, identity: &Identity) -> String {
        let function = if identity.always { "generatedAlwaysAsIdentity" } else { "generatedByDefaultAsIdentity" };
        let sql_type = column.sql_type.known().map_or("", String::as_str);
        let (least, most) = match sql_type {
            "smallint" => ("-32768", "32767"),
            "bigint" => ("-9223372036854775808", "9223372036854775807"),
            _ => ("-2147483648", "2147483647"),
        };
        let given = &identity.options;
        let increment = given.increment.clone().unwrap_or_else(|| "1".into());
        let falling = increment.starts_with('-');
        let (lowest, usual_max) = if falling { (least, "-1") } else { ("1", most) };
        let min = given.min_value.clone().unwrap_or_else(|| lowest.into());
        // drizzle-kit takes every falling sequence for a smallint's.
        let usual_min = if falling { "-32768" } else { lowest };
        let max = given.max_value.clone().unwrap_or_else(|| usual_max.into());
        let usual_start = if falling { max.clone() } else { min.clone() };
        let start = given.start.clone().unwrap_or_else(|| usual_start.clone());
        let cache = given.cache.clone().unwrap_or_else(|| "1".into());
        let usual_name = format!("{}_{}_seq", table.name, column.name);
        let mut options = Vec::new();
        if let Some(name) = identity.name.as_ref().filter(|name| **name != usual_name) {
            options.push(format!("name: {}", self.style.string(name)));
        }
        for (key, value, usual) in [
            ("startWith", &start, usual_start.as_str()),
            ("increment", &increment, "1"),
            ("minValue", &min, usual_min),
            ("maxValue", &max, usual_max),
            ("cache", &cache, "1"),
        ] {
            if value != usual {
                let exact = value.parse::<i64>().is_ok_and(|number| number.unsigned_abs() <= 1 << 53);
                let value = if exact { value.clone() } else { self.style.string(value) };
                options.push(format!("{key}: {value}"));
            }
        }
        if given.cycle == Some(true) {
            options.push("cycle: true".into());
        }
        // drizzle-kit 0.31 looks the sequence up by what `regclass` prints, which is quoted where it has to be.
        let plain = identity.name.as_deref().unwrap_or(&usual_name);
        let printed_plainly = plain
            .chars()
            .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_');
        if self.v0() && !printed_plainly {
            self.push_would(format!(
                "{} misreads the quoted name of the sequence `{plain}` of `{}.{}`, so push would set its cache, and outside \
                 `public` try to drop it.",
                self.context.kit, table.name, column.name
            ));
        }
        if options.is_empty() { format!(".{function}()") } else { format!(".{function}({{ {} }})", options.join(", ")) }
    }

    /// `.unique("name")`, where the column alone is unique.
    fn unique_modifier(&mut self, table: &Table, column: &Column, key: &str) -> String {
        let Some(unique) = table.uniques.iter().find(|unique| unique.columns == [column.name.clone()]) else {
            return String::new();
        };
        if self.family() == Family::Sqlite && self.v0() {
            return String::new();
        }
        let mut arguments = Vec::new();
        // The name that is made up comes from the key where no name is written, so such a column spells it out.
        let usual = format!("{}_{}_unique", table.name, column.name);
        let plain = *key == column.name || self.style.writes_name(key, &column.name);
        let name = unique.name.as_ref().filter(|name| self.v0() && (**name != usual || !plain));
        if let Some(name) = name {
            arguments.push(self.style.string(name));
        }
        if unique.nulls_not_distinct {
            if arguments.is_empty() {
                arguments.push(unique.name.as_ref().map_or_else(|| "undefined".into(), |name| self.style.string(name)));
            }
            arguments.push(format!("{{ nulls: {} }}", self.style.string("not distinct")));
        }
        format!(".unique({})", arguments.join(", "))
    }

    /// `.references(() => users.id)`, where drizzle-kit makes up the very name that the key has.
    fn reference_modifier(&mut self, table: &Table, column: &Column) -> String {
        let Some(key) = table.foreign_keys.iter().find(|key| key.columns == [column.name.clone()]) else {
            return String::new();
        };
        if !self.is_inline(table, key) {
            return String::new();
        }
        let target = (key.foreign_schema.clone(), key.foreign_table.clone());
        let Some(owner) = self.table(&target) else { return String::new() };
        let Some(foreign) = key.foreign_columns.first().and_then(|foreign| self.column_key(&target, foreign)) else {
            return String::new();
        };
        // A table that is part of its own type: TypeScript needs a hand.
        let annotation = if self.style.typed && self.is_circular(table, &target) {
            let name = match self.family() {
                Family::Postgresql => "AnyPgColumn",
                Family::Mysql => "AnyMySqlColumn",
                Family::Sqlite => "AnySQLiteColumn",
            };
            let module = self.family().core_module();
            format!(": {}", self.imports.type_name(module, name))
        } else {
            String::new()
        };
        let foreign = self.member(&owner, &foreign);
        let actions: Vec<String> = [("onDelete", &key.on_delete), ("onUpdate", &key.on_update)]
            .into_iter()
            .filter(|(_, action)| *action != "no action")
            .map(|(name, action)| format!("{name}: {}", self.style.string(action)))
            .collect();
        let actions = if actions.is_empty() { String::new() } else { format!(", {{ {} }}", actions.join(", ")) };
        format!(".references((){annotation} => {foreign}{actions})")
    }

    /// Whether the foreign key can stand with its column.
    pub fn is_inline(&self, table: &Table, key: &ForeignKey) -> bool {
        let ([column], [foreign]) = (key.columns.as_slice(), key.foreign_columns.as_slice()) else { return false };
        // Of several keys on one column, the first stands with it.
        if table.foreign_keys.iter().find(|other| other.columns == key.columns) != Some(key) {
            return false;
        }
        let usual = format!("{}_{column}_{}_{foreign}_fk", table.name, key.foreign_table);
        !self.v0() || self.family() == Family::Sqlite || key.name.as_ref().is_none_or(|name| *name == usual)
    }

    fn generated(&mut self, table: &Table, column: &Column, generated: &Generated) -> String {
        let mut expression = generated.expression.known().cloned().unwrap_or_default();
        if let Some(spelling) = self.sqlite_spelling(table) {
            let seen = sqlite_text::generated(&spelling.sql, &column.name);
            let inner = seen.as_ref().and_then(|(text, _)| text.strip_prefix('(')?.strip_suffix(')'));
            match inner.filter(|inner| inner.trim() == expression.trim()) {
                Some(inner) => expression = inner.to_owned(),
                // A stored column cannot be added to a table, so push leaves it at a warning.
                None if generated.stored => self.remarks.push(Remark::note(format!(
                    "{} misreads the expression of the generated column `{}.{}`, so push would print a warning.",
                    self.context.kit, table.name, column.name
                ))),
                None => self.push_would(format!(
                    "{} misreads the expression of the generated column `{}.{}`, so push would drop the column and add it \
                     again.",
                    self.context.kit, table.name, column.name
                )),
            }
        }
        let expression = self.sql(&expression);
        let mode = match self.family() {
            Family::Postgresql => String::new(),
            Family::Mysql | Family::Sqlite => {
                let mode = self.style.string(if generated.stored { "stored" } else { "virtual" });
                format!(", {{ mode: {mode} }}")
            }
        };
        format!(".generatedAlwaysAs({expression}{mode})")
    }

    /// Whether `target` is `table` itself, or refers back to it through tables that are being declared along with it.
    pub fn is_circular(&self, table: &Table, target: &TableKey) -> bool {
        let mut pending = vec![target.clone()];
        let mut seen: Vec<TableKey> = Vec::new();
        while let Some(key) = pending.pop() {
            if key == key_of(table) {
                return true;
            }
            if seen.contains(&key) || !self.constants.contains_key(&key) {
                continue;
            }
            if let Some(next) = self.context.live.catalog.table(key.0.as_deref(), &key.1) {
                let targets = next.foreign_keys.iter();
                pending.extend(targets.map(|key| (key.foreign_schema.clone(), key.foreign_table.clone())));
            }
            seen.push(key);
        }
        false
    }
}

/// Whether drizzle-kit 1.0 takes a column of MySQL for a `serial`: exactly one unique index holds it.
fn is_serial(table: &Table, column: &Column) -> bool {
    let uniques = table.uniques.iter().filter(|unique| unique.columns.contains(&column.name)).count();
    let holds = |index: &&Index| {
        index.unique && index.columns.iter().any(|key| !key.is_expression && key.expression == column.name)
    };
    let sql_type = column.sql_type.known().map(String::as_str);
    column.autoincrement
        && sql_type == Some("bigint unsigned")
        && column.not_null.known() == Some(&true)
        && uniques + table.indexes.iter().filter(holds).count() == 1
}
