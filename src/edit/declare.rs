//! Fix A: declare what the database has.

use super::constraints::Extra;
use super::fix::{Context, Fix};
use super::imports::{leads_by_path, line_end};
use super::scan;
use super::style;
use super::writer::{TableKey, Writer, key_of};
use crate::catalog::{Generation, Table};
use crate::declared::{Declared, DeclaredTable};
use crate::drift::{Code, Drift};
use crate::text::{FileEdit, FilePath, Span, TextEdit};

/// Why something cannot be declared, in one sentence that says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DeclareProblem(pub String);

fn problem<T>(text: impl Into<String>) -> Result<T, DeclareProblem> {
    Err(DeclareProblem(text.into()))
}

/// The edits that declare what `drift` (an undeclared table or column) is about: all of it, in the style of the file it
/// lands in, so that `drizzle-kit push` has nothing left to say about it. Where that cannot be had, the remarks say so.
pub fn declare(drift: &Drift, context: &Context<'_>) -> Result<Fix, DeclareProblem> {
    let schema = drift.object.schema.as_deref();
    let name = drift.object.table.as_deref().unwrap_or(&drift.object.name);
    let Some(live) = context.live.catalog.table(schema, name) else {
        return problem(format!("The database no longer has `{name}`."));
    };
    match drift.code {
        Code::UndeclaredTable if context.declared.table(schema, name).is_some() => {
            problem(format!("The code declares `{name}` already."))
        }
        Code::UndeclaredTable => table(drift, live, context),
        Code::UndeclaredColumn => column(&drift.object.name, live, context),
        _ => problem("Only what the code does not declare can be declared."),
    }
}

// ---- A whole table ----

fn table(drift: &Drift, live: &Table, context: &Context<'_>) -> Result<Fix, DeclareProblem> {
    let Some(file) = landing_file(drift, live, context) else {
        return problem("No schema file was read that the table could be declared in.");
    };
    let Some(source) = context.declared.files.get(file) else {
        return problem(format!("{file} could not be read, so nothing can be declared in it."));
    };
    let mut writer = Writer::new(*context, file, source);
    let batch = with_targets(live, context);
    for table in &batch {
        let schema =
            table.schema.as_deref().filter(|schema| Some(*schema) != context.declared.dialect.default_schema());
        let suffix =
            schema.map_or_else(|| "Table".to_owned(), |schema| format!("In{}", super::names::pascal_case(schema)));
        let constant = writer.constant(&writer.style.constant.of(&written(&writer, table)), &suffix);
        writer.constants.insert(key_of(table), constant);
    }
    if let [targets @ .., _] = batch.as_slice()
        && !targets.is_empty()
    {
        let names: Vec<String> = targets.iter().map(|table| format!("`{}`", table.object())).collect();
        writer.remarks.push(super::Remark::note(format!(
            "Declares {} as well, because `{}` refers to it.",
            names.join(" and "),
            live.object()
        )));
    }
    let mut statements = Vec::new();
    for table in &batch {
        statements.push(statement(&mut writer, table).map_err(DeclareProblem)?);
    }
    let mut block = writer.helpers.clone();
    block.append(&mut statements);
    let text: &str = source.document.text();
    let mut edits = writer.imports.edits(&writer.style);
    edits.push(insertion(text, anchor(&writer), &block, writer.style.newline));
    Ok(finish(writer, edits))
}

/// The file in which the drift is shown: the one that declares the nearest kin; else the schema file with most tables.
fn landing_file<'a>(drift: &Drift, live: &Table, context: &Context<'a>) -> Option<&'a FilePath> {
    let files = &context.declared.files;
    if let Some(place) = &drift.place
        && let Some((file, _)) = files.get_key_value(&place.file)
        && exports_all(context.declared).contains(&file)
    {
        return Some(file);
    }
    let count = |file: &FilePath, kin: bool| {
        let tables = context.declared.tables.iter().filter(|table| table.name.file == *file);
        tables.filter(|table| !kin || table.table.schema == live.schema).count()
    };
    files
        .iter()
        .filter(|(_, source)| source.is_schema)
        .map(|(file, _)| file)
        .max_by_key(|file| (count(file, true), count(file, false), std::cmp::Reverse(*file)))
}

/// The files whose every export drizzle-kit sees: the schema files, and what they pass on with `export *`.
fn exports_all(declared: &Declared) -> Vec<&FilePath> {
    let files = &declared.files;
    let mut seen: Vec<&FilePath> = files.iter().filter(|(_, source)| source.is_schema).map(|(file, _)| file).collect();
    let mut next = 0;
    while let Some(file) = seen.get(next).copied() {
        next += 1;
        let text: &str = files.get(file).map_or("", |source| source.document.text());
        let modules: Vec<&str> = text
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("export * from")?.trim().split(['"', '\'']).nth(1))
            .collect();
        for target in files.keys() {
            if !seen.contains(&target) && modules.iter().any(|module| leads_by_path(file, module, target)) {
                seen.push(target);
            }
        }
    }
    seen
}

/// `table` behind the undeclared tables that it refers to, without which its foreign keys could not be declared.
fn with_targets<'a>(table: &'a Table, context: &Context<'a>) -> Vec<&'a Table> {
    fn visit<'a>(table: &'a Table, context: &Context<'a>, seen: &mut Vec<TableKey>, batch: &mut Vec<&'a Table>) {
        seen.push(key_of(table));
        for key in &table.foreign_keys {
            let target = (key.foreign_schema.clone(), key.foreign_table.clone());
            let known = context.declared.table(target.0.as_deref(), &target.1).is_some() || seen.contains(&target);
            let filter = context.filter;
            let kept =
                filter.keeps_table(&target.1) && target.0.as_deref().is_none_or(|schema| filter.keeps_schema(schema));
            if let Some(live) = context.live.catalog.table(target.0.as_deref(), &target.1)
                && !known
                && kept
            {
                visit(live, context, seen, batch);
            }
        }
        batch.push(table);
    }
    let mut batch = Vec::new();
    visit(table, context, &mut Vec::new(), &mut batch);
    batch
}

/// How the file calls what builds a table of this schema, and what it makes of the name.
struct Call {
    callee: String,
    /// The name as it is written.
    name: String,
    receiver: Option<String>,
}

/// The habit that fits `table` best: its callee, what it takes for the name, and a table that shows it.
fn habit<'a>(writer: &Writer<'a>, table: &Table) -> Option<(&'a str, String, &'a DeclaredTable)> {
    let text: &str = writer.source.document.text();
    let mut candidates: Vec<(&str, String, &DeclaredTable)> = Vec::new();
    let tables = writer.context.declared.tables.iter();
    for kin in tables.filter(|kin| kin.call.file == *writer.file && kin.table.schema == table.schema) {
        // A creator puts something around the name: what it adds to its other tables, it adds here.
        let literal = style::written_name(text, kin);
        let affixes = literal.and_then(|literal| kin.table.name.split_once(literal));
        let stripped = affixes.and_then(|(prefix, suffix)| table.name.strip_prefix(prefix)?.strip_suffix(suffix));
        if let Some(name) = stripped.filter(|name| !name.is_empty()) {
            candidates.push((&kin.callee, name.to_owned(), kin));
        }
    }
    let votes = |callee: &str| candidates.iter().filter(|(other, ..)| *other == callee).count();
    // The last of the most frequent: the newest habit.
    candidates.iter().max_by_key(|(callee, ..)| votes(callee)).cloned()
}

/// The name of `table` as its call will have it.
fn written(writer: &Writer<'_>, table: &Table) -> String {
    habit(writer, table).map_or_else(|| table.name.clone(), |(_, name, _)| name)
}

fn call(writer: &mut Writer<'_>, table: &Table) -> Call {
    if let Some((callee, name, kin)) = habit(writer, table) {
        let receiver = receiver(writer.source.document.text(), kin);
        return Call { callee: callee.to_owned(), name, receiver };
    }
    let dialect = writer.context.declared.dialect;
    let callee = match table.schema.as_deref() {
        Some(schema) if Some(schema) != dialect.default_schema() => format!("{}.table", writer.schema(schema)),
        _ => writer.core(dialect.family().table_function()),
    };
    Call { callee, name: table.name.clone(), receiver: None }
}

/// The parameter of the columns' callback of `kin`.
fn receiver(text: &str, kin: &DeclaredTable) -> Option<String> {
    let arguments = style::arguments(text, kin)?;
    let columns = scan::items(text, arguments).get(1).copied()?;
    let (head, _) = text.get(columns.start..kin.columns_object.as_ref()?.span.start)?.split_once("=>")?;
    let parameter = head.trim().trim_start_matches('(').trim_end_matches(')').trim();
    super::names::is_identifier(parameter).then(|| parameter.to_owned())
}

fn statement(writer: &mut Writer<'_>, table: &Table) -> Result<String, String> {
    let Call { mut callee, name, receiver } = call(writer, table);
    writer.receiver = receiver;
    let columns =
        table.columns.iter().map(|column| writer.column(table, column)).collect::<Result<Vec<String>, String>>()?;
    let parameter = writer.style.extras.parameter.clone();
    let mut extras = writer.extras(table, &parameter, &|_| true);
    extras.extend(writer.checks(table, None));
    extras.extend(writer.policies(table));

    let returns = writer.extras_type(table);
    let mut suffix = "";
    if table.row_level_security && table.policies.is_empty() {
        match writer.context.kit.generation() {
            Generation::V0 => suffix = ".enableRLS()",
            Generation::V1 => callee.push_str(".withRLS"),
        }
    }
    let constant = writer.constants.get(&key_of(table)).cloned().unwrap_or_default();
    let style = &writer.style;
    let name = style.string(&name);
    let broken = style.extras.broken && !extras.is_empty();
    let columns = list('{', &columns, style);
    let columns = match &writer.receiver {
        Some(receiver) => format!("({receiver}) => ({columns})"),
        None => columns,
    };
    let mut arguments = vec![name, columns];
    arguments.extend(extras_text(&extras, &parameter, returns.as_deref(), style));
    let arguments = if broken {
        let unit = &style.unit;
        let lines: Vec<String> =
            arguments.iter().map(|argument| format!("{unit}{}", scan::indented(argument, unit))).collect();
        format!("\n{}{}\n", lines.join(",\n"), if style.trailing_comma { "," } else { "" })
    } else {
        arguments.join(", ")
    };
    Ok(format!("export const {constant} = {callee}({arguments}){suffix}{}", style.semicolon))
}

/// `items` between brackets, each on its own line.
fn list(open: char, items: &[String], style: &style::Style) -> String {
    let close = if open == '{' { '}' } else { ']' };
    if items.is_empty() {
        return format!("{open}{close}");
    }
    let lines: Vec<String> = items.iter().map(|item| format!("{}{item}", style.unit)).collect();
    let comma = if style.trailing_comma { "," } else { "" };
    format!("{open}\n{}{comma}\n{close}", lines.join(",\n"))
}

/// The third argument. Where it needs a type it is an array, since objects of extras have none to name.
fn extras_text(extras: &[Extra], parameter: &str, returns: Option<&str>, style: &style::Style) -> Option<String> {
    if extras.is_empty() {
        return None;
    }
    let array = style.extras.array || returns.is_some();
    let annotation = returns.map(|returns| format!(": {returns}[]")).unwrap_or_default();
    let entries = entries(extras, array, style);
    Some(match array {
        true => format!("({parameter}){annotation} => {}", list('[', &entries, style)),
        false => format!("({parameter}) => ({})", list('{', &entries, style)),
    })
}

fn entries(extras: &[Extra], array: bool, style: &style::Style) -> Vec<String> {
    extras
        .iter()
        .map(|extra| match array {
            true => extra.text.clone(),
            false => format!("{}: {}", style.property(&super::names::camel_case(&extra.key)), extra.text),
        })
        .collect()
}

/// Behind which offset new tables go: the file's last table, or what they need if that stands further down.
fn anchor(writer: &Writer<'_>) -> Option<usize> {
    let text: &str = writer.source.document.text();
    let declared = writer.context.declared;
    let tables = declared.tables.iter().map(|table| &table.statement);
    let enums = declared.enums.iter().map(|located| &located.place);
    let schemas = declared.schemas.iter().map(|located| &located.place);
    let places = tables.chain(enums).chain(schemas).filter(|place| place.file == *writer.file);
    places.map(|place| line_end(text, place.span)).max()
}

fn insertion(text: &str, anchor: Option<usize>, block: &[String], newline: &str) -> TextEdit {
    let block = block.join("\n\n").replace('\n', newline);
    match anchor {
        Some(at) => TextEdit { span: Span::empty(at), text: format!("{newline}{newline}{block}") },
        None => {
            let trimmed = text.trim_end();
            let gap = if trimmed.is_empty() { String::new() } else { newline.repeat(2) };
            TextEdit { span: Span::new(trimmed.len(), text.len()), text: format!("{gap}{block}{newline}") }
        }
    }
}

fn finish(mut writer: Writer<'_>, mut edits: Vec<TextEdit>) -> Fix {
    edits.retain(|edit| !(edit.span.start == edit.span.end && edit.text.is_empty()));
    writer.remarks.sort();
    writer.remarks.dedup();
    Fix { edits: vec![FileEdit { file: writer.file.clone(), create: false, edits }], remarks: writer.remarks }
}

// ---- One column ----

fn column(name: &str, live: &Table, context: &Context<'_>) -> Result<Fix, DeclareProblem> {
    let declared = context.declared.table(live.schema.as_deref(), &live.name);
    let (Some(declared), Some(column)) = (declared, live.column(name)) else {
        return problem(format!("`{}.{name}` is no column that could be added to a declared table.", live.name));
    };
    let Some(object) = &declared.columns_object else {
        return problem(format!(
            "The columns of `{}` are no object literal that could take another one; add `{name}` by hand.",
            live.name
        ));
    };
    let Some((file, source)) = context.declared.files.get_key_value(&object.file) else {
        return problem(format!("{} could not be read, so nothing can be declared in it.", object.file));
    };
    let text: &str = source.document.text();
    let mut writer = Writer::new(*context, file, source);
    writer.receiver = receiver(text, declared);
    let mut table = live.clone();
    if table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(|part| part == name))
        && declared.table.primary_key.is_some()
    {
        writer
            .push_would(format!("The primary key of `{}` differs as well, so push would still change it.", live.name));
        table.primary_key = None;
    }
    let property = writer.column(&table, column).map_err(DeclareProblem)?;

    let known = |part: &String| part == name || declared.table.column(part).is_some();
    let concerns = |parts: &[String]| parts.iter().any(|part| part == name) && parts.iter().all(known);
    let existing = style::extras_argument(text, declared);
    let parameter = existing.and_then(|span| extras_parameter(text, span));
    let parameter = parameter.unwrap_or_else(|| writer.style.extras.parameter.clone());
    let mut extras = writer.extras(&table, &parameter, &concerns);
    extras.extend(writer.checks(&table, Some(&[name.to_owned()])));

    let mut edits = writer.imports.edits(&writer.style);
    edits.extend(scan::append(text, object.span, &[property], &writer.style.unit));
    if !extras.is_empty() {
        match extras_edits(text, declared, existing, &parameter, &extras, &writer) {
            Some(more) => edits.extend(more),
            None => {
                let missing: Vec<&str> = extras.iter().map(|extra| extra.key.as_str()).collect();
                writer.push_would(format!(
                    "The keys and indexes of `{}` are written in a way that cannot be added to; add {} by hand.",
                    live.name,
                    missing.join(", ")
                ));
            }
        }
    }
    if !writer.helpers.is_empty() {
        let at = above_comments(text, declared.statement.span.start);
        let newline = writer.style.newline;
        let block = writer.helpers.iter().map(|helper| format!("{helper}\n\n")).collect::<String>();
        edits.push(TextEdit { span: Span::empty(at), text: block.replace('\n', newline) });
    }
    Ok(finish(writer, edits))
}

fn extras_parameter(text: &str, span: Span) -> Option<String> {
    let argument = text.get(span.range())?;
    let parameter = argument.trim_start_matches('(').split([')', ':', ',', '=']).next()?.trim();
    super::names::is_identifier(parameter).then(|| parameter.to_owned())
}

fn extras_edits(
    text: &str,
    declared: &DeclaredTable,
    existing: Option<Span>,
    parameter: &str,
    extras: &[Extra],
    writer: &Writer<'_>,
) -> Option<Vec<TextEdit>> {
    let style = &writer.style;
    let Some(span) = existing else {
        let arguments = style::arguments(text, declared)?;
        let last = scan::items(text, arguments).get(1).copied()?;
        let added = extras_text(extras, parameter, None, style)?;
        let broken = text.get(last.end..arguments.end)?.contains('\n');
        let separator = if broken { format!("\n{}", scan::indentation(text, last.start)) } else { " ".into() };
        let indent =
            if broken { scan::indentation(text, last.start) } else { scan::indentation(text, arguments.start) };
        let text = format!(",{separator}{}", scan::indented(&added, indent)).replace('\n', style.newline);
        return Some(vec![TextEdit { span: Span::empty(last.end), text }]);
    };
    let list = returned_list(text, span)?;
    let entries = entries(extras, text[list.range()].starts_with('['), style);
    Some(scan::append(text, list, &entries, &style.unit))
}

/// The brackets of the list or object that the arrow function at `span` returns.
fn returned_list(text: &str, span: Span) -> Option<Span> {
    let argument = text.get(span.range())?;
    let mut at = argument.find("=>")? + 2;
    let rest = |at: usize| &argument[at + argument[at..].len() - argument[at..].trim_start().len()..];
    if rest(at).starts_with('{') {
        at = argument.find("return")? + "return".len();
    }
    let value = rest(at);
    let value = value.strip_prefix('(').map_or(value, str::trim_start);
    let start = span.start + (argument.len() - value.len());
    let open = text[start..].chars().next().filter(|open| matches!(open, '[' | '{'))?;
    debug_assert!(matches!(open, '[' | '{'));
    let close = scan::closing(text, start)?;
    Some(Span::new(start, close + 1))
}

/// The start of the comment lines that stand right above the statement at `at`.
fn above_comments(text: &str, at: usize) -> usize {
    let mut start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    while start > 0 {
        let line_start = text[..start - 1].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[line_start..start].trim_start();
        if !(line.starts_with("//") || line.starts_with('*') || line.starts_with("/*")) {
            break;
        }
        start = line_start;
    }
    start
}
