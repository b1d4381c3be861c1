//! Writes declarations for one file: what they are called, what they import and what has to stand before them.

use std::collections::BTreeMap;

use super::fix::{Context, Remark};
use super::imports::Imports;
use super::names::{camel_case, free_name, is_identifier};
use super::style::Style;
use crate::catalog::{Column, EnumType, Family, Generation, Spelling, Table};
use crate::declared::{DeclaredTable, SourceFile};
use crate::text::FilePath;

/// A table by schema and name.
pub(super) type TableKey = (Option<String>, String);

pub(super) fn key_of(table: &Table) -> TableKey {
    (table.schema.clone(), table.name.clone())
}

/// Writes into one file.
pub(super) struct Writer<'a> {
    pub context: Context<'a>,
    pub file: &'a FilePath,
    pub source: &'a SourceFile,
    pub style: Style,
    pub imports: Imports<'a>,
    pub remarks: Vec<Remark>,
    /// Statements that have to stand before the table: enums, schemas, custom types.
    pub helpers: Vec<String>,
    /// The constants of tables that are being declared.
    pub constants: BTreeMap<TableKey, String>,
    /// The parameter of a columns' callback, which has the builders: `(t) => ({ id: t.text() })`.
    pub receiver: Option<String>,
    /// Constants made up so far, by what they stand for.
    made: BTreeMap<String, String>,
}

impl<'a> Writer<'a> {
    pub fn new(context: Context<'a>, file: &'a FilePath, source: &'a SourceFile) -> Self {
        let (own, others): (Vec<&DeclaredTable>, Vec<&DeclaredTable>) =
            context.declared.tables.iter().partition(|table| table.name.file == *file && table.call.file == *file);
        let javascript = file.as_path().extension().is_some_and(|extension| {
            extension.to_str().is_some_and(|extension| ["js", "mjs", "cjs", "jsx"].contains(&extension))
        });
        Self {
            context,
            file,
            source,
            style: Style { typed: !javascript, ..Style::of(source, &own, &others, context.casing) },
            imports: Imports::of(file, source),
            remarks: Vec::new(),
            helpers: Vec::new(),
            constants: BTreeMap::new(),
            receiver: None,
            made: BTreeMap::new(),
        }
    }

    pub fn family(&self) -> Family {
        self.context.declared.dialect.family()
    }

    pub fn v0(&self) -> bool {
        self.context.kit.generation() == Generation::V0
    }

    /// The text of `table`, where drizzle-kit reads it: 0.31 does, in SQLite.
    pub fn sqlite_spelling(&self, table: &Table) -> Option<&'a Spelling> {
        let read = self.family() == Family::Sqlite && self.v0();
        self.context.live.spellings.get(&table.name).filter(|_| read)
    }

    /// Something that push would still do about the table `name`.
    pub fn push_would(&mut self, sentence: String) {
        self.remarks.push(Remark::push(sentence));
    }

    /// A builder, constraint or table function of the dialect's core module.
    pub fn core(&mut self, name: &str) -> String {
        self.imports.name(self.family().core_module(), name)
    }

    /// A column builder; from the columns' callback where there is one.
    pub fn column_builder(&mut self, name: &str) -> String {
        match &self.receiver {
            Some(receiver) => format!("{receiver}.{name}"),
            None => self.core(name),
        }
    }

    pub fn sql_tag(&mut self) -> String {
        self.imports.name("drizzle-orm", "sql")
    }

    /// `sql` as a template literal.
    pub fn sql(&mut self, sql: &str) -> String {
        let tag = self.sql_tag();
        super::defaults::template(&tag, sql)
    }

    /// A constant that nothing else is called.
    pub fn constant(&self, wanted: &str, suffix: &str) -> String {
        let wanted = if is_identifier(wanted) { wanted.to_owned() } else { camel_case(wanted) };
        let wanted = if is_identifier(&wanted) { wanted } else { "unnamed".to_owned() };
        let declared = self.context.declared;
        free_name(&wanted, suffix, |name| {
            self.imports.is_local(name)
                || self.constants.values().chain(self.made.values()).any(|taken| taken == name)
                || declared.tables.iter().any(|table| table.export.as_deref() == Some(name))
                || declared.enums.iter().any(|located| located.export.as_deref() == Some(name))
        })
    }

    /// `owner.key`, or `owner["odd key"]`.
    pub fn member(&self, owner: &str, key: &str) -> String {
        if is_identifier(key) { format!("{owner}.{key}") } else { format!("{owner}[{}]", self.style.string(key)) }
    }

    /// The key of `column` in `table`, declared or about to be.
    pub fn column_key(&self, table: &TableKey, column: &str) -> Option<String> {
        if let Some(declared) = self.context.declared.table(table.0.as_deref(), &table.1) {
            let at = declared.table.columns.iter().position(|candidate| candidate.name == column);
            if let Some(places) = at.and_then(|at| declared.columns.get(at)) {
                return Some(places.key.clone());
            }
        }
        let live = self.context.live.catalog.table(table.0.as_deref(), &table.1)?;
        live.column(column).map(|column| self.own_key(live, column))
    }

    /// The key that `column` of `table` gets here. Two columns never get the same one.
    pub fn own_key(&self, table: &Table, column: &Column) -> String {
        let key = self.style.key(&column.name);
        let clash = table.columns.iter().any(|other| other.name != column.name && self.style.key(&other.name) == key);
        if clash { column.name.clone() } else { key }
    }

    /// The expression for another table; `None` where the code has none that can be named here.
    pub fn table(&mut self, key: &TableKey) -> Option<String> {
        if let Some(constant) = self.constants.get(key) {
            return Some(constant.clone());
        }
        let declared = self.context.declared.table(key.0.as_deref(), &key.1)?;
        let export = declared.export.clone()?;
        Some(if declared.name.file == *self.file {
            export
        } else {
            self.imports.export_of(&declared.name.file, &export)
        })
    }

    /// The function that builds the enum `name` of `schema`, declared first where it is not yet.
    pub fn enum_builder(&mut self, wanted: &EnumType) -> String {
        let declared = self.context.declared;
        let present = declared.enums.iter().find(|located| {
            located.value.name == wanted.name && located.value.schema == wanted.schema && located.export.is_some()
        });
        if let Some((located, export)) = present.and_then(|located| Some((located, located.export.as_ref()?))) {
            if located.place.file == *self.file {
                return export.clone();
            }
            return self.imports.export_of(&located.place.file, export);
        }
        let id = format!("enum {}.{}", wanted.schema.as_deref().unwrap_or_default(), wanted.name);
        if let Some(made) = self.made.get(&id) {
            return made.clone();
        }
        let function = match wanted.schema.as_deref() {
            None | Some("public") => self.core("pgEnum"),
            Some(schema) => format!("{}.enum", self.schema(schema)),
        };
        let constant = self.constant(&camel_case(&wanted.name), "Enum");
        let values: Vec<String> = wanted.values.iter().map(|value| self.style.string(value)).collect();
        self.helpers.push(format!(
            "export const {constant} = {function}({}, [{}]){}",
            self.style.string(&wanted.name),
            values.join(", "),
            self.style.semicolon
        ));
        self.made.insert(id, constant.clone());
        constant
    }

    /// The `pgSchema` called `name`, declared first where it is not yet.
    pub fn schema(&mut self, name: &str) -> String {
        let declared = self.context.declared;
        let present = declared.schemas.iter().find(|located| located.value == name && located.export.is_some());
        if let Some((located, export)) = present.and_then(|located| Some((located, located.export.as_ref()?))) {
            if located.place.file == *self.file {
                return export.clone();
            }
            return self.imports.export_of(&located.place.file, export);
        }
        let id = format!("schema {name}");
        if let Some(made) = self.made.get(&id) {
            return made.clone();
        }
        let function = self.core("pgSchema");
        let constant = self.constant(&camel_case(name), "Schema");
        self.helpers.push(format!(
            "export const {constant} = {function}({}){}",
            self.style.string(name),
            self.style.semicolon
        ));
        self.made.insert(id, constant.clone());
        constant
    }

    /// A builder for a type that the dialect's core has none for.
    pub fn custom_builder(&mut self, sql_type: &str) -> String {
        if let Some(present) = self.present_custom_type(sql_type) {
            return present;
        }
        let id = format!("type {sql_type}");
        if let Some(made) = self.made.get(&id) {
            return made.clone();
        }
        let function = self.core("customType");
        let constant = self.constant(&camel_case(sql_type), "Type");
        let data = if sql_type == "bytea" || sql_type.ends_with("blob") { "Uint8Array" } else { "string" };
        let (unit, semicolon) = (self.style.unit.clone(), self.style.semicolon);
        let comma = if self.style.trailing_comma { "," } else { "" };
        let types = if self.style.typed { format!("<{{ data: {data} }}>") } else { String::new() };
        self.helpers.push(format!(
            "const {constant} = {function}{types}({{\n{unit}dataType: () => {}{comma}\n}}){semicolon}",
            self.style.string(sql_type)
        ));
        self.made.insert(id, constant.clone());
        constant
    }

    /// The constant of a `customType` that the file has already and that says just `sql_type`.
    fn present_custom_type(&self, sql_type: &str) -> Option<String> {
        let text: &str = self.source.document.text();
        text.match_indices("customType").find_map(|(at, _)| {
            let (before, call) = (&text[..at], &text[at..]);
            let call = &call[..super::scan::closing(call, call.find('(')?).unwrap_or(call.len())];
            let literal = ['"', '\'', '`'].iter().any(|quote| call.contains(&format!("{quote}{sql_type}{quote}")));
            let name = before.trim_end().strip_suffix('=')?.trim_end().rsplit(char::is_whitespace).next()?;
            (literal && is_identifier(name) && call.matches("dataType").count() == 1).then(|| name.to_owned())
        })
    }
}
