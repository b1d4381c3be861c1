//! From the rows of information_schema to a catalog, and to the words that it was made of.

use std::collections::{BTreeMap, HashMap};

use super::{expression, indexes};
use crate::catalog::{
    Catalog, Check, Column, ColumnWords, Dialect, Evidence, Fact, Family, ForeignKey, Generated, InformationSchema,
    Namesake, Rows, Sequence, SequenceOptions, StatisticWords, Table, TableKind, TableWords, View,
};

pub(super) type Text = Option<String>;

/// Name, type, collation, comment, options, rows, bytes, AUTO_INCREMENT, time of creation, the same in seconds.
pub(super) type TableRow = (String, String, Text, Text, Text, Option<u64>, Option<u64>, Option<u64>, Text, Option<i64>);
/// Table, name, type, nullable, default, extra, generation expression, character set, collation, key, comment.
pub(super) type ColumnRow = (String, String, String, bool, Text, Text, Text, Text, Text, Text, Text);
/// Table, name, not unique, place, column, expression, direction, prefix, method, invisible, comment.
pub(super) type StatisticRow = (String, String, bool, i64, Text, Text, Text, Option<i64>, String, Option<bool>, Text);
/// Table, name, column; database, table and column referred to; ON UPDATE, ON DELETE.
pub(super) type ForeignKeyRow = (String, String, String, String, String, String, Text, Text);
/// Table, name, condition, enforced, of a column.
pub(super) type CheckRow = (String, String, String, bool, bool);
/// Name, query, check option, security, algorithm.
pub(super) type ViewRow = (String, Text, Text, Text, Text);
/// Name, START, MINVALUE, MAXVALUE, INCREMENT, CACHE, CYCLE.
pub(super) type SequenceRow = (String, Text, Text, Text, Text, Text, bool);
/// Database, name, ON UPDATE, ON DELETE.
pub(super) type NamesakeRow = (String, String, Text, Text);

/// The answers to the `.sql` files of their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answers {
    pub database: Vec<(String, String, String)>,
    pub tables: Vec<TableRow>,
    pub columns: Vec<ColumnRow>,
    pub statistics: Vec<StatisticRow>,
    pub foreign_keys: Vec<ForeignKeyRow>,
    pub checks: Vec<CheckRow>,
    pub views: Vec<ViewRow>,
    pub namesakes: Vec<NamesakeRow>,
    /// View and algorithm, where the view's own row does not tell.
    pub algorithms: Vec<(String, String)>,
    pub sequences: Vec<SequenceRow>,
    /// Tables without a row.
    pub empty: Vec<String>,
}

impl Answers {
    /// Without what moves on by itself: how many rows there are.
    pub fn structure(&self) -> Self {
        let mut result = self.clone();
        for row in &mut result.tables {
            (row.5, row.6, row.7) = (None, None, None);
        }
        result.empty.clear();
        result
    }
}

/// What was read of one database.
pub(super) struct Assembled {
    pub catalog: Catalog,
    pub evidence: BTreeMap<(Option<String>, String), Evidence>,
    pub words: InformationSchema,
}

/// Puts the answers together. `database` is its name.
pub(super) fn assemble(answers: Answers, database: &str, is_mariadb: bool) -> Assembled {
    let words = words(&answers, is_mariadb);
    let mut evidence = BTreeMap::new();
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for row in &answers.tables {
        if !matches!(row.1.as_str(), "BASE TABLE" | "SYSTEM VERSIONED") {
            continue;
        }
        evidence.insert((None, row.0.clone()), evidence_of(row, answers.empty.contains(&row.0)));
        tables.insert(row.0.clone(), table(row, &words.collation));
    }
    let collations: HashMap<&str, &str> =
        answers.tables.iter().filter_map(|row| Some((row.0.as_str(), row.2.as_deref()?))).collect();
    for row in &answers.columns {
        if let Some(table) = tables.get_mut(&row.0) {
            table.columns.push(column(row, collations.get(row.0.as_str()).copied(), is_mariadb));
        }
    }
    checks(&answers.checks, is_mariadb, &mut tables);
    foreign_keys(answers.foreign_keys, database, &mut tables);
    indexes::assemble(answers.statistics, is_mariadb, &mut tables);

    let algorithms: HashMap<String, String> = answers.algorithms.into_iter().collect();
    let mut catalog = Catalog {
        tables: tables.into_values().collect(),
        views: answers.views.into_iter().map(|row| view(row, &algorithms, database)).collect(),
        sequences: sequences(&answers.tables, answers.sequences),
        ..Catalog::empty(Dialect::Mysql)
    };
    catalog.sort();
    Assembled { catalog, evidence, words }
}

fn words(answers: &Answers, is_mariadb: bool) -> InformationSchema {
    let (character_set, collation, sql_mode) = answers.database.first().cloned().unwrap_or_default();
    let mut tables: Vec<TableWords> = answers
        .tables
        .iter()
        .map(|row| TableWords {
            name: row.0.clone(),
            table_type: row.1.clone(),
            collation: row.2.clone(),
            create_time: row.8.clone(),
            ..TableWords::default()
        })
        .collect();
    let places: HashMap<&str, usize> =
        answers.tables.iter().enumerate().map(|(place, row)| (row.0.as_str(), place)).collect();
    let mut to = |table: &str, add: &mut dyn FnMut(&mut TableWords)| {
        if let Some(table) = places.get(table).and_then(|place| tables.get_mut(*place)) {
            add(table);
        }
    };
    for (table, name, column_type, is_nullable, default, extra, generated, character_set, collation, key, _) in
        &answers.columns
    {
        to(table, &mut |table| {
            table.columns.push(ColumnWords {
                name: name.clone(),
                column_type: column_type.clone(),
                is_nullable: *is_nullable,
                default: default.clone(),
                extra: extra.clone().unwrap_or_default(),
                generation_expression: generated.clone(),
                character_set: character_set.clone(),
                collation: collation.clone(),
                key: key.clone().unwrap_or_default(),
            });
        });
    }
    for (table, index, non_unique, place, column, expression, ..) in &answers.statistics {
        to(table, &mut |table| {
            table.statistics.push(StatisticWords {
                index: index.clone(),
                non_unique: *non_unique,
                place: u32::try_from(*place).unwrap_or_default(),
                column: column.clone(),
                expression: expression.clone(),
            });
        });
    }
    for (table, name, ..) in &answers.foreign_keys {
        to(table, &mut |table| {
            if table.foreign_keys.last() != Some(name) {
                table.foreign_keys.push(name.clone());
            }
        });
    }
    for (table, name, clause, ..) in &answers.checks {
        to(table, &mut |table| table.checks.push((name.clone(), clause.clone())));
    }
    for (view, definition, ..) in &answers.views {
        to(view, &mut |table| table.view_definition = definition.clone());
    }
    let namesakes = answers.namesakes.iter().map(|(schema, name, on_update, on_delete)| Namesake {
        schema: schema.clone(),
        name: name.clone(),
        rules: on_update.clone().zip(on_delete.clone()),
    });
    InformationSchema {
        is_mariadb,
        character_set,
        collation,
        sql_mode: Some(sql_mode),
        namesakes: namesakes.collect(),
        tables,
    }
}

fn evidence_of(row: &TableRow, is_empty: bool) -> Evidence {
    let rows = match row.5 {
        _ if is_empty => Rows::None,
        // An estimate of zero may be wrong by the few rows that there are.
        None | Some(0) => Rows::Unknown,
        Some(rows) => Rows::About(rows),
    };
    Evidence { rows, bytes: row.6, auto_increment: row.7, created: row.9, ..Evidence::default() }
}

/// Whether a table has partitions, of which MariaDB counts a row each even where there is none.
pub(super) fn is_partitioned(row: &TableRow) -> bool {
    row.4.as_deref().is_some_and(|options| options.contains("partitioned"))
}

fn table(row: &TableRow, database_collation: &str) -> Table {
    Table {
        name: row.0.clone(),
        kind: if is_partitioned(row) { TableKind::Partitioned } else { TableKind::Ordinary },
        comment: row.3.clone().filter(|comment| !comment.is_empty()),
        collation: row.2.clone().filter(|collation| collation != database_collation),
        ..Table::default()
    }
}

fn column(row: &ColumnRow, table_collation: Option<&str>, is_mariadb: bool) -> Column {
    let (_, name, column_type, nullable, default, extra, expression, _, collation, _, comment) = row;
    let extra = extra.as_deref().unwrap_or_default().to_ascii_lowercase();
    let expression = expression.as_deref().filter(|expression| !expression.is_empty());
    let generated = expression.map(|expression| {
        Box::new(Generated {
            expression: Fact::Known(if is_mariadb { expression.to_owned() } else { expression::of_mysql(expression) }),
            stored: extra.contains("stored") || extra.contains("persistent"),
        })
    });
    let default = match (generated.is_some(), default) {
        (false, Some(default)) if is_mariadb => Fact::Known((default != "NULL").then(|| default.clone())),
        (false, Some(default)) => default_of_mysql(default, column_type, &extra),
        _ => Fact::Known(None),
    };
    Column {
        name: name.clone(),
        sql_type: Fact::Known(spelling(column_type)),
        not_null: Fact::Known(!nullable),
        default,
        generated,
        autoincrement: extra.contains("auto_increment"),
        on_update: on_update(&extra),
        collation: collation.clone().filter(|collation| Some(collation.as_str()) != table_collation),
        comment: comment.clone().filter(|comment| !comment.is_empty()),
        invisible: extra.split([' ', ',']).any(|word| word == "invisible"),
        ..Column::default()
    }
}

/// COLUMN_TYPE as drizzle-kit takes it: verbatim, but for this one.
fn spelling(column_type: &str) -> String {
    if column_type == "decimal(10,0)" { "decimal".into() } else { column_type.to_owned() }
}

/// `CURRENT_TIMESTAMP(3)`, out of what EXTRA says in lower case. MariaDB writes `current_timestamp()`.
fn on_update(extra: &str) -> Option<String> {
    let rest = extra.split_once("on update ")?.1;
    let call = rest.split([' ', ',']).next()?;
    Some(call.trim_end_matches("()").to_ascii_uppercase())
}

/// MySQL's COLUMN_DEFAULT as SQL: it is given without quotes, and says elsewhere whether it is an expression.
fn default_of_mysql(default: &str, column_type: &str, extra: &str) -> Fact<Option<String>> {
    const NUMBERS: [&str; 11] =
        ["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "real", "year", "bit"];
    const BYTES: [&str; 2] = ["binary", "varbinary"];
    let base = column_type.split(['(', ' ']).next().unwrap_or_default();
    Fact::Known(Some(if extra.contains("default_generated") {
        let now = default.to_ascii_uppercase().starts_with("CURRENT_TIMESTAMP");
        if now { default.to_owned() } else { format!("({})", expression::of_mysql(default)) }
    } else if NUMBERS.contains(&base) {
        default.to_owned()
    } else if BYTES.contains(&base) {
        // As a hexadecimal number that ends before the first zero byte, so that of some nothing is left.
        match default {
            "0x" => return Fact::Unknown,
            bytes => bytes.to_owned(),
        }
    } else {
        Family::Mysql.literal(default)
    }))
}

fn checks(rows: &[CheckRow], is_mariadb: bool, tables: &mut BTreeMap<String, Table>) {
    for (table, name, clause, enforced, of_column) in rows {
        let Some(table) = tables.get_mut(table) else { continue };
        // MariaDB's JSON is a longtext with such a check, named like its column.
        let json = table.columns.iter_mut().find(|column| *of_column && column.name == *name);
        if let Some(column) = json
            && *clause == format!("json_valid(`{}`)", name.replace('`', "``"))
            && column.sql_type.known().is_some_and(|sql_type| sql_type == "longtext")
        {
            column.sql_type = Fact::Known("json".into());
            // It belongs to the type.
            column.collation = None;
            continue;
        }
        let expression = if is_mariadb { clause.clone() } else { expression::of_mysql(clause) };
        // MySQL puts the whole in parentheses.
        let inner = expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).filter(|_| !is_mariadb);
        table.checks.push(Check {
            name: Some(name.clone()),
            expression: Fact::Known(inner.unwrap_or(&expression).to_owned()),
            not_enforced: !enforced,
            ..Check::default()
        });
    }
    for table in tables.values_mut() {
        table.checks.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

fn foreign_keys(rows: Vec<ForeignKeyRow>, database: &str, tables: &mut BTreeMap<String, Table>) {
    for (table, name, column, foreign_schema, foreign_table, foreign_column, on_update, on_delete) in rows {
        let Some(table) = tables.get_mut(&table) else { continue };
        let last = table.foreign_keys.last().and_then(|key| key.name.as_deref());
        if last != Some(name.as_str()) {
            let action = |rule: Text| rule.unwrap_or_else(|| "no action".into()).to_ascii_lowercase();
            table.foreign_keys.push(ForeignKey {
                name: Some(name),
                foreign_schema: Some(foreign_schema).filter(|schema| schema != database),
                foreign_table,
                on_update: action(on_update),
                on_delete: action(on_delete),
                ..ForeignKey::default()
            });
        }
        if let Some(key) = table.foreign_keys.last_mut() {
            key.columns.push(column);
            key.foreign_columns.push(foreign_column);
        }
    }
}

fn view(row: ViewRow, algorithms: &HashMap<String, String>, database: &str) -> View {
    let (name, query, check_option, security, algorithm) = row;
    let algorithm = algorithm.or_else(|| algorithms.get(&name).cloned());
    let options = [("algorithm", algorithm), ("sql_security", security), ("check_option", check_option)]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?.to_ascii_lowercase())))
        .filter(|(key, value)| key != "check_option" || value != "none")
        .collect();
    View {
        name,
        // Withheld from who may not see it.
        definition: query
            .filter(|query| !query.is_empty())
            .map_or(Fact::Unknown, |query| Fact::Known(expression::without_database(&query, database))),
        options,
        ..View::default()
    }
}

/// MariaDB's sequences. Their options are withheld from who may not read them.
fn sequences(tables: &[TableRow], rows: Vec<SequenceRow>) -> Vec<Sequence> {
    let mut options: HashMap<String, SequenceOptions> = rows
        .into_iter()
        .map(|(name, start, min_value, max_value, increment, cache, cycle)| {
            (name, SequenceOptions { increment, min_value, max_value, start, cache, cycle: Some(cycle) })
        })
        .collect();
    let names = tables.iter().filter(|row| row.1 == "SEQUENCE").map(|row| row.0.clone());
    names
        .map(|name| {
            let options = options.remove(&name).unwrap_or_default();
            Sequence { options, name, ..Sequence::default() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_become_sql() {
        for (default, sql_type, extra, expected) in [
            ("it's", "varchar(9)", "", "'it''s'"),
            ("C:\\dir", "varchar(9)", "", "'C:\\\\dir'"),
            ("5", "int unsigned", "", "5"),
            ("5", "varchar(5)", "", "'5'"),
            ("b'101'", "bit(3)", "", "b'101'"),
            ("0x616263", "binary(3)", "", "0x616263"),
            ("0x61", "char(4)", "", "'0x61'"),
            (
                "CURRENT_TIMESTAMP(3)",
                "timestamp(3)",
                "default_generated on update current_timestamp(3)",
                "CURRENT_TIMESTAMP(3)",
            ),
            ("now()", "timestamp", "default_generated", "(now())"),
            ("concat(_utf8mb4\\'a\\',_utf8mb4\\'b\\')", "varchar(9)", "default_generated", "(concat('a','b'))"),
            ("2024-01-01", "date", "", "'2024-01-01'"),
        ] {
            assert_eq!(default_of_mysql(default, sql_type, extra), Fact::Known(Some(expected.into())));
        }
        assert_eq!(default_of_mysql("0x", "varbinary(5)", ""), Fact::Unknown);
    }

    #[test]
    fn on_update_is_found_among_the_extras() {
        for (extra, expected) in [
            ("default_generated on update current_timestamp(6)", Some("CURRENT_TIMESTAMP(6)")),
            ("on update current_timestamp(), invisible", Some("CURRENT_TIMESTAMP")),
            ("auto_increment", None),
        ] {
            assert_eq!(on_update(extra).as_deref(), expected);
        }
    }
}
