//! How a file is written, so that what is added looks as if its author had written it.

use super::names::{camel_case, implied_name, pascal_case};
use super::scan;
use crate::declared::{Casing, DeclaredTable, SourceFile};
use crate::text::Span;

/// The habits of one schema file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// Whether types can be written.
    pub typed: bool,
    pub quote: char,
    pub semicolon: &'static str,
    pub newline: &'static str,
    /// One step of indentation.
    pub unit: String,
    pub trailing_comma: bool,
    /// Whether a column carries its name even where its key says it already.
    pub named: bool,
    /// Whether keys are the columns' names as they are, rather than camelCase.
    pub names_as_keys: bool,
    pub casing: Option<Casing>,
    pub constant: Constant,
    pub extras: ExtrasStyle,
}

/// How the constants of tables are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Constant {
    shape: Shape,
    suffix: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Camel,
    Pascal,
    AsIs,
}

impl Constant {
    const ALL: [Self; 6] = [
        Self { shape: Shape::Camel, suffix: "" },
        Self { shape: Shape::AsIs, suffix: "" },
        Self { shape: Shape::Pascal, suffix: "" },
        Self { shape: Shape::Camel, suffix: "Table" },
        Self { shape: Shape::Pascal, suffix: "Table" },
        Self { shape: Shape::AsIs, suffix: "_table" },
    ];

    /// The constant for the table `name`.
    pub fn of(self, name: &str) -> String {
        let base = match self.shape {
            Shape::Camel => camel_case(name),
            Shape::Pascal => pascal_case(name),
            Shape::AsIs => name.to_owned(),
        };
        base + self.suffix
    }
}

/// How the third argument of a table is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExtrasStyle {
    /// `(t) => [ ... ]`, else `(t) => ({ ... })`.
    pub array: bool,
    pub parameter: String,
    /// Each argument of the call on lines of its own, as formatters do it.
    pub broken: bool,
}

/// `text` as a string literal between `quote`s.
pub(super) fn quoted(text: &str, quote: char) -> String {
    // As formatters do: the other quote where that saves escapes.
    let other = if quote == '"' { '\'' } else { '"' };
    let quote = if text.contains(quote) && !text.contains(other) { other } else { quote };
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for character in text.chars() {
        match character {
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\u{2028}' | '\u{2029}' => literal.push_str(&format!("\\u{:x}", u32::from(character))),
            character if character == quote => {
                literal.push('\\');
                literal.push(character);
            }
            character => literal.push(character),
        }
    }
    literal.push(quote);
    literal
}

/// The quote that `text` prefers.
pub(super) fn main_quote(text: &str) -> char {
    // Import lines first: they are never a matter of what the string holds.
    let imports: Vec<&str> = text.lines().filter(|line| line.contains(" from ")).collect();
    let count = |quote: char| imports.iter().filter(|line| line.contains(quote)).count();
    match count('\'').cmp(&count('"')) {
        std::cmp::Ordering::Greater => '\'',
        std::cmp::Ordering::Less => '"',
        std::cmp::Ordering::Equal if text.matches('\'').count() > text.matches('"').count() => '\'',
        std::cmp::Ordering::Equal => '"',
    }
}

/// One step of indentation in `text`: the least indentation of a line.
pub(super) fn indent_unit(text: &str) -> String {
    let mut tabs = 0;
    let mut spaces = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('*')) {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = &line[..line.len() - content.len()];
        if indent.starts_with('\t') {
            tabs += 1;
        } else if indent.len() >= 2 {
            spaces.push(indent.len());
        }
    }
    if tabs > spaces.len() {
        return "\t".into();
    }
    " ".repeat(spaces.into_iter().min().unwrap_or(2).min(8))
}

impl Style {
    /// The habits of `source`, whose tables are `tables`. Where it shows none, those of the `others` count.
    pub fn of(
        source: &SourceFile,
        tables: &[&DeclaredTable],
        others: &[&DeclaredTable],
        casing: Option<Casing>,
    ) -> Self {
        let text: &str = source.document.text();
        let witnesses = if tables.is_empty() { others } else { tables };
        let statements: Vec<&str> = source
            .imports
            .iter()
            .map(|import| import.span)
            .chain(tables.iter().map(|table| table.statement.span))
            .filter_map(|span| statement_end(text, span))
            .collect();
        let semicolons = statements.iter().filter(|rest| rest.starts_with(';')).count();
        Self {
            typed: true,
            quote: main_quote(text),
            semicolon: if semicolons * 2 >= statements.len() { ";" } else { "" },
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
            unit: indent_unit(text),
            trailing_comma: trailing_comma(text, tables),
            named: named(witnesses, casing),
            names_as_keys: names_as_keys(witnesses),
            casing,
            constant: constant(text, witnesses),
            extras: extras(text, tables),
        }
    }

    /// `text` as a string literal.
    pub fn string(&self, text: &str) -> String {
        quoted(text, self.quote)
    }

    /// `key` as it stands in front of a property's colon.
    pub fn property(&self, key: &str) -> String {
        if super::names::is_identifier(key) { key.to_owned() } else { self.string(key) }
    }

    /// The key of the column `name`.
    pub fn key(&self, name: &str) -> String {
        if self.names_as_keys || (!self.named && self.casing.is_none()) {
            return name.to_owned();
        }
        camel_case(name)
    }

    /// Whether a column under `key` needs its `name` written.
    pub fn writes_name(&self, key: &str, name: &str) -> bool {
        self.named || implied_name(key, self.casing) != name
    }
}

/// What follows the last character of a statement that counts, with its semicolon.
fn statement_end(text: &str, span: Span) -> Option<&str> {
    let statement = text.get(span.range())?.trim_end();
    let code = statement.trim_end_matches(';');
    if code.len() < statement.len() { Some(&statement[code.len()..]) } else { text.get(span.end..) }
}

fn trailing_comma(text: &str, tables: &[&DeclaredTable]) -> bool {
    let mut with = 0;
    let mut without = 0;
    for span in tables.iter().filter_map(|table| table.columns_object.as_ref()).map(|place| place.span) {
        let Some(last) = scan::items(text, span).last().copied() else { continue };
        let rest = text.get(last.end..span.end).unwrap_or_default();
        if rest.contains('\n') {
            if rest.trim_start().starts_with(',') { with += 1 } else { without += 1 }
        }
    }
    with >= without
}

/// Columns whose key is their name, or would become it, show whether names are written anyway.
fn named(tables: &[&DeclaredTable], casing: Option<Casing>) -> bool {
    let mut written = 0;
    let mut omitted = 0;
    for table in tables {
        for (column, places) in table.table.columns.iter().zip(&table.columns) {
            if places.name.is_none() {
                omitted += 1;
            } else if implied_name(&places.key, casing) == column.name {
                written += 1;
            }
        }
    }
    // A file that names no column it does not have to, and one without columns in a project with `casing`, leave them out.
    if written == omitted { casing.is_none() } else { written > omitted }
}

fn names_as_keys(tables: &[&DeclaredTable]) -> bool {
    let mut as_is = 0;
    let mut camel = 0;
    for table in tables {
        for (column, places) in table.table.columns.iter().zip(&table.columns) {
            if camel_case(&column.name) != column.name {
                if places.key == column.name {
                    as_is += 1;
                } else if places.key == camel_case(&column.name) {
                    camel += 1;
                }
            }
        }
    }
    as_is > camel
}

/// The name of a table as its call has it: without what a table creator adds.
pub(super) fn written_name<'a>(text: &'a str, table: &DeclaredTable) -> Option<&'a str> {
    let literal = text.get(table.name.span.range())?;
    let quote = literal.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    literal[1..].strip_suffix(quote).filter(|name| !name.is_empty())
}

fn constant(text: &str, tables: &[&DeclaredTable]) -> Constant {
    let votes = |constant: &Constant| {
        let fits = |table: &&&DeclaredTable| {
            let name = written_name(text, table).unwrap_or(&table.table.name);
            table.export.as_deref() == Some(&constant.of(name))
        };
        tables.iter().filter(fits).count()
    };
    // The first of the best: the plainest wins a tie.
    let mut best = Constant::ALL[0];
    for candidate in &Constant::ALL[1..] {
        if votes(candidate) > votes(&best) {
            best = *candidate;
        }
    }
    best
}

/// The third argument of a table's call, where it has one.
pub(super) fn extras_argument(text: &str, table: &DeclaredTable) -> Option<Span> {
    let arguments = arguments(text, table)?;
    scan::items(text, arguments).get(2).copied()
}

/// The parentheses of a table's call.
pub(super) fn arguments(text: &str, table: &DeclaredTable) -> Option<Span> {
    let call = table.call.span;
    let open = call.start + text.get(call.range())?.find('(')?;
    let close = scan::closing(text, open)?;
    Some(Span::new(open, close + 1))
}

fn extras(text: &str, tables: &[&DeclaredTable]) -> ExtrasStyle {
    let mut style = ExtrasStyle { array: true, parameter: "table".into(), broken: false };
    let present: Vec<(&str, Span)> = tables
        .iter()
        .filter_map(|table| {
            let span = extras_argument(text, table)?;
            Some((text.get(span.range())?, span))
        })
        .collect();
    let arrays = present.iter().filter(|(argument, _)| returned(argument).starts_with('[')).count();
    style.array = arrays * 2 >= present.len();
    if let Some((argument, span)) = present.last() {
        let parameter = argument.trim_start_matches('(').split([')', ':', ',', '=']).next().unwrap_or_default().trim();
        if super::names::is_identifier(parameter) {
            style.parameter = parameter.to_owned();
        }
        style.broken = text[..span.start].trim_end_matches([' ', '\t']).ends_with('\n');
    }
    style
}

/// What an arrow function returns, from its first bracket on.
fn returned(arrow: &str) -> &str {
    let body = arrow.split_once("=>").map_or("", |(_, body)| body.trim_start());
    let body = body.strip_prefix('{').map_or(body, |block| block.split_once("return").map_or("", |(_, value)| value));
    body.trim_start().trim_start_matches('(').trim_start()
}
