//! Fix B: mark a table as not Drizzle's, in the config's `tablesFilter`.

use super::fix::{Context, Fix, Remark};
use super::names::is_identifier;
use super::scan;
use super::style::{indent_unit, main_quote, quoted};
use crate::catalog::{Dialect, Family, Generation, Table};
use crate::declared::ConfigPlaces;
use crate::drift::{Code, Drift};
use crate::text::{Document, FileEdit, Span, TextEdit};

/// Why the filter cannot be edited, in one sentence that says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FilterProblem(pub String);

fn problem<T>(text: impl Into<String>) -> Result<T, FilterProblem> {
    Err(FilterProblem(text.into()))
}

/// The edit that makes drizzle-kit leave the table of `drift` alone. `document` is the text of the config file.
pub fn mark_unmanaged(
    drift: &Drift,
    config: &ConfigPlaces,
    document: &Document,
    context: &Context<'_>,
) -> Result<Fix, FilterProblem> {
    let name = &drift.object.name;
    let table = context.live.catalog.table(drift.object.schema.as_deref(), name);
    let (Code::UndeclaredTable, Some(table)) = (drift.code, table) else {
        return problem("tablesFilter is for tables that the database has and the code does not declare.");
    };
    if context.declared.tables.iter().any(|declared| declared.table.name == *name) {
        return problem(format!(
            "tablesFilter knows no schemas, and the code declares another table `{name}`: push would try to create it again."
        ));
    }
    let v0 = context.kit.generation() == Generation::V0;
    if v0 && context.declared.dialect.family() == Family::Mysql && !table.checks.is_empty() {
        return problem(format!(
            "{} crashes when tablesFilter leaves out a table with a CHECK constraint; declare `{name}` instead.",
            context.kit
        ));
    }
    let edits = edits(name, config, document)?;
    Ok(Fix {
        edits: vec![FileEdit { file: config.file.clone(), create: false, edits }],
        remarks: remarks(table, context),
    })
}

fn edits(name: &str, config: &ConfigPlaces, document: &Document) -> Result<Vec<TextEdit>, FilterProblem> {
    let text: &str = document.text();
    let pattern = format!("!{}", escaped(name));
    let item = quoted(&pattern, main_quote(text));
    let unit = indent_unit(text);
    let by_hand = format!("add {item} to it by hand");
    let Some(place) = &config.tables_filter else {
        let Some(object) = config.object.as_ref().filter(|object| object.file == config.file) else {
            return problem(format!(
                "The config is no object literal that can be edited; add tablesFilter: [{item}] by hand."
            ));
        };
        let Some(span) = bracketed(text, object.span, '{') else {
            return problem(format!("The config has changed since it was read; add tablesFilter: [{item}] by hand."));
        };
        return Ok(scan::append(text, span, &[format!("tablesFilter: [{item}]")], &unit));
    };
    let Some(patterns) = &config.table_patterns else {
        return problem(format!("tablesFilter cannot be read without running the config; {by_hand}."));
    };
    if !patterns.is_empty() && !patterns.iter().any(|pattern| is_negation(pattern)) {
        return problem(format!(
            "tablesFilter lets through only what matches {}; a negation beside it would lift that restriction, so narrow the \
             pattern until it leaves out `{name}`.",
            patterns.iter().map(|pattern| format!("`{pattern}`")).collect::<Vec<_>>().join(", ")
        ));
    }
    if place.file != config.file {
        return problem(format!("tablesFilter stands in {}; {by_hand}.", place.file));
    }
    if let Some(span) = bracketed(text, place.span, '[') {
        return Ok(scan::append(text, span, &[item], &unit));
    }
    let value = text.get(place.span.range());
    if let Some(span) = value.and_then(|name| constant_list(text, name)) {
        return Ok(scan::append(text, span, &[item], &unit));
    }
    match value {
        Some(value) if value.starts_with(['"', '\'', '`']) => {
            Ok(vec![TextEdit { span: place.span, text: format!("[{value}, {item}]") }])
        }
        _ => problem(format!("tablesFilter is no list that can be edited; {by_hand}.")),
    }
}

/// The brackets within `span`, which may be followed by `as const` and the like.
fn bracketed(text: &str, span: Span, open: char) -> Option<Span> {
    let value = text.get(span.range())?;
    let start = span.start + (value.len() - value.trim_start().len());
    let close = value.trim_start().starts_with(open).then(|| scan::closing(text, start))??;
    (close < span.end).then(|| Span::new(start, close + 1))
}

/// The brackets of `const NAME = [...]`.
fn constant_list(text: &str, name: &str) -> Option<Span> {
    let declaration = format!("const {name}");
    let at = text.find(&declaration).filter(|_| is_identifier(name))? + declaration.len();
    let (annotation, value) = text[at..].split_once('=')?;
    let annotation = annotation.trim();
    if !(annotation.is_empty() || annotation.starts_with(':')) {
        return None;
    }
    let start = text.len() - value.trim_start().len();
    bracketed(text, Span::new(start, text.len()), '[')
}

/// minimatch takes an odd number of leading `!` as a negation.
fn is_negation(pattern: &str) -> bool {
    pattern.chars().take_while(|character| *character == '!').count() % 2 == 1
}

/// `name` with everything escaped that means something in a glob.
fn escaped(name: &str) -> String {
    name.chars().fold(String::new(), |mut pattern, character| {
        if r"\*?[]{}()!+@#|,".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
        pattern
    })
}

fn remarks(table: &Table, context: &Context<'_>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let name = &table.name;
    for other in &context.live.catalog.tables {
        if other.name == *name && other.schema != table.schema {
            remarks.push(Remark::note(format!(
                "tablesFilter knows no schemas, so it leaves out `{}` too.",
                other.object()
            )));
        }
    }
    if context.declared.dialect != Dialect::Postgresql {
        return remarks;
    }
    for column in &table.columns {
        let serial = column.sql_type.known().is_some_and(|sql_type| sql_type.ends_with("serial"));
        if context.kit.generation() == Generation::V0 && (serial || column.identity.is_some()) {
            let sequence = column.identity.as_ref().and_then(|identity| identity.name.clone());
            let sequence = sequence.unwrap_or_else(|| format!("{name}_{}_seq", column.name));
            if !context.declared.sequences.iter().any(|declared| declared.value.name == sequence) {
                remarks.push(Remark::push(format!(
                    "{} would then try to drop the sequence `{sequence}` of `{name}.{}`, and fail half-way, unless the code \
                     exports it with pgSequence and its exact options; declaring the table is safer.",
                    context.kit, column.name
                )));
            }
        }
        let Some(schema) = &column.type_schema else { continue };
        let enum_name = column.sql_type.known().map_or("", |sql_type| sql_type.trim_end_matches("[]"));
        let used_elsewhere = context.declared.enums.iter().any(|declared| declared.value.name == enum_name);
        if !used_elsewhere
            && context
                .live
                .catalog
                .enums
                .iter()
                .any(|known| known.name == enum_name && known.schema.as_ref() == Some(schema))
        {
            remarks.push(Remark::push(format!(
                "{} would then try to drop the enum `{enum_name}` that `{name}.{}` uses, and fail half-way, unless the code \
                 exports it with pgEnum.",
                context.kit, column.name
            )));
        }
    }
    remarks.sort();
    remarks.dedup();
    remarks
}
