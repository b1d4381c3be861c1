//! drizzle-kit's snapshot of the database: what its introspection makes of the words of information_schema.

use super::snapshot::{
    KitCheck, KitColumn, KitDefault, KitForeignKey, KitGenerated, KitIndex, KitKey, KitTable, KitView, Snapshot,
};
use super::{defaults_v0, defaults_v1};
use crate::catalog::{ColumnWords, Dialect, Fact, Generation, InformationSchema, StatisticWords, Table, TableWords};
use crate::push::input::Input;

/// What drizzle-kit makes of the database, or why it gives up.
pub(super) fn snapshot(input: &Input, words: &InformationSchema) -> Result<Snapshot, String> {
    let scope = input.filter.scope(Dialect::Mysql);
    let is_v1 = input.generation == Generation::V1;
    let seen = |name: &str| scope.covers_live(None, name) && !(is_v1 && name == input.filter.migrations.table);
    // 0.x takes for a table whatever has columns.
    let is_table = |table: &&TableWords| match input.generation {
        Generation::V0 => table.table_type != "VIEW" && table.table_type != "SYSTEM VIEW",
        Generation::V1 => table.table_type == "BASE TABLE",
    };
    if !is_v1 {
        refused_v0(words, &seen)?;
    }
    let mut tables: Vec<&TableWords> = words.tables.iter().filter(is_table).filter(|table| seen(&table.name)).collect();
    if is_v1 {
        tables.sort_by_cached_key(|table| (table.create_time.clone(), table.name.to_lowercase()));
    }
    let mut snapshot = Snapshot::default();
    for table in tables {
        if is_v1
            && let Some((name, _)) = table
                .checks
                .iter()
                .find(|(name, _)| words.namesakes.iter().any(|other| other.rules.is_none() && other.name == *name))
        {
            return Err(format!(
                "another database of this server has a check called \"{name}\" too, and drizzle-kit 1.0 takes it for one of \
                 \"{}\"; rename the check",
                table.name
            ));
        }
        snapshot.tables.push(self::table(input, words, table));
    }
    if is_v1 {
        conflicting_checks(words, &snapshot)?;
    }
    // 1.0 does not look at views that the code calls existing.
    let existing = |name: &str| is_v1 && input.declared.existing_views.iter().any(|(_, view)| view == name);
    for view in &input.live.catalog.views {
        if !seen(&view.name) || existing(&view.name) {
            continue;
        }
        snapshot.views.push(KitView::of(view));
    }
    Ok(snapshot)
}

/// What ends 0.x's introspection, or the check of what it has found.
fn refused_v0(words: &InformationSchema, seen: &dyn Fn(&str) -> bool) -> Result<(), String> {
    for view in words.tables.iter().filter(|table| table.table_type == "VIEW") {
        if !seen(&view.name) {
            return Err(format!(
                "drizzle-kit 0.x crashes because tablesFilter leaves out the view \"{}\" (\"reading 'columns'\")",
                view.name
            ));
        }
        if view.columns.is_empty() {
            return Err(format!(
                "drizzle-kit 0.x crashes because the view \"{}\" is invalid (\"reading 'columns'\"); drop or repair it",
                view.name
            ));
        }
    }
    for table in words.tables.iter().filter(|table| !table.checks.is_empty()) {
        if words.is_mariadb {
            return Err(format!(
                "drizzle-kit 0.x crashes on MariaDB because \"{}\" has a check, as every JSON column does (\"reading \
                 'checkConstraint'\")",
                table.name
            ));
        }
        if !seen(&table.name) {
            return Err(format!(
                "drizzle-kit 0.x crashes because tablesFilter leaves out \"{}\", which has a check (\"reading \
                 'checkConstraint'\")",
                table.name
            ));
        }
    }
    for table in words.tables.iter().filter(|table| seen(&table.name)) {
        if let Some(key) = table.statistics.iter().find(|key| key.column.is_none()) {
            return Err(format!(
                "drizzle-kit 0.x crashes on the index \"{}\" of \"{}\", which has an expression (\"Expected string, received \
                 null\")",
                key.index, table.name
            ));
        }
    }
    Ok(())
}

/// MariaDB names the check of a JSON column like the column; 1.0 joins checks by name alone.
fn conflicting_checks(words: &InformationSchema, snapshot: &Snapshot) -> Result<(), String> {
    if !words.is_mariadb {
        return Ok(());
    }
    let names: Vec<&str> =
        words.tables.iter().flat_map(|table| table.checks.iter().map(|(name, _)| name.as_str())).collect();
    for table in &snapshot.tables {
        for check in &table.checks {
            if names.iter().filter(|name| **name == check.name).count() > 1 {
                return Err(format!(
                    "several tables have a check called \"{}\", and drizzle-kit 1.0 gives up on that (\"Check constraint \
                     conflict\")",
                    check.name
                ));
            }
        }
    }
    Ok(())
}

fn table(input: &Input, words: &InformationSchema, table: &TableWords) -> KitTable {
    let generation = input.generation;
    let catalog = input.live.catalog.table(None, &table.name);
    let mut result = KitTable {
        name: table.name.clone(),
        columns: table.columns.iter().map(|column| self::column(words, table, column, generation)).collect(),
        foreign_keys: foreign_keys(words, table, catalog, generation),
        checks: table
            .checks
            .iter()
            .map(|(name, clause)| KitCheck { name: name.clone(), expression: clause.clone() })
            .collect(),
        rows: catalog.map_or_else(Default::default, |catalog| input.rows(catalog)),
        place: words.tables.iter().position(|other| other.name == table.name).unwrap_or_default(),
        ..KitTable::default()
    };
    // MariaDB spells the columns of the answer in another case, and 0.x finds no keys in it.
    if !(words.is_mariadb && generation == Generation::V0) {
        let columns: Vec<String> =
            table.statistics.iter().filter(|key| key.index == "PRIMARY").filter_map(|key| key.column.clone()).collect();
        if !columns.is_empty() {
            let name = match generation {
                Generation::V0 => format!("{}_{}", table.name, columns.join("_")),
                Generation::V1 => "PRIMARY".into(),
            };
            result.keys.push(KitKey { name, columns });
        }
    }
    for index in indexes(table) {
        let is_of_foreign_key = result.foreign_keys.iter().any(|key| key.name == index.name);
        match generation {
            Generation::V0 if index.unique => result.uniques.push(index),
            Generation::V0 if !is_of_foreign_key => result.indexes.push(index),
            Generation::V0 => {}
            Generation::V1 => {
                let is_of_serial = index.unique
                    && matches!(&index.columns[..], [(column, false)]
                        if result.column(column).is_some_and(|column| column.type_text() == "serial"));
                if !is_of_serial && !is_of_foreign_key {
                    result.indexes.push(index);
                }
            }
        }
    }
    result
}

/// Its indexes but for the primary key's, in the order in which their first keys are listed.
pub(super) fn indexes(table: &TableWords) -> Vec<KitIndex> {
    let mut indexes: Vec<KitIndex> = Vec::new();
    for key in table.statistics.iter().filter(|key| key.index != "PRIMARY") {
        let column = match (&key.expression, &key.column) {
            (Some(expression), _) => (expression.clone(), true),
            (None, column) => (column.clone().unwrap_or_default(), false),
        };
        match indexes.iter_mut().find(|index| index.name == key.index) {
            Some(index) => index.columns.push(column),
            None => indexes.push(KitIndex {
                name: key.index.clone(),
                columns: vec![column],
                unique: !key.non_unique,
                named: true,
                ..KitIndex::default()
            }),
        }
    }
    indexes
}

fn column(words: &InformationSchema, table: &TableWords, column: &ColumnWords, generation: Generation) -> KitColumn {
    let autoincrement = column.extra == "auto_increment";
    let sql_type = if is_serial(column, &table.statistics, autoincrement) {
        "serial".to_owned()
    } else {
        column.column_type.replacen("decimal(10,0)", "decimal", 1)
    };
    let default = column.default.as_ref().map(|text| match generation {
        Generation::V0 => defaults_v0::of_database(text, column),
        Generation::V1 => KitDefault::Text(defaults_v1::of_database(text, &sql_type)),
    });
    let updates = column.extra.contains("on update CURRENT_TIMESTAMP")
        && (generation == Generation::V1 || column.column_type.starts_with("timestamp"));
    let on_update = updates.then(|| {
        let at = column.extra.find("CURRENT_TIMESTAMP").unwrap_or_default();
        column.extra[at..].split(' ').next().unwrap_or_default().to_owned()
    });
    let is_default_text = column.character_set.as_deref() == Some(words.character_set.as_str())
        && column.collation.as_deref() == Some(words.collation.as_str());
    let own = |text: &Option<String>| text.clone().filter(|_| generation == Generation::V1 && !is_default_text);
    KitColumn {
        name: column.name.clone(),
        sql_type: Fact::Known(sql_type),
        not_null: Fact::Known(!column.is_nullable),
        autoincrement,
        default: Fact::Known(default),
        on_update,
        generated: column.generation_expression.as_ref().filter(|text| !text.is_empty()).map(|text| KitGenerated {
            expression: Fact::Known(text.clone()),
            stored: column.extra != "VIRTUAL GENERATED",
        }),
        character_set: own(&column.character_set),
        collation: own(&column.collation),
    }
}

/// Whether drizzle-kit takes the column for a serial: exactly one unique index holds it, the primary key not counted.
fn is_serial(column: &ColumnWords, statistics: &[StatisticWords], autoincrement: bool) -> bool {
    let unique = |key: &&StatisticWords| {
        !key.non_unique && key.index != "PRIMARY" && key.column.as_deref() == Some(column.name.as_str())
    };
    column.column_type == "bigint unsigned"
        && !column.is_nullable
        && autoincrement
        && statistics.iter().filter(unique).count() == 1
}

fn foreign_keys(
    words: &InformationSchema,
    table: &TableWords,
    catalog: Option<&Table>,
    generation: Generation,
) -> Vec<KitForeignKey> {
    let keys = catalog.into_iter().flat_map(|catalog| &catalog.foreign_keys);
    keys.map(|key| {
        let name = key.name.clone().unwrap_or_default();
        // 0.x joins the actions by the name alone, and meets those of other databases first.
        let other = words.namesakes.iter().find(|other| other.name == name).and_then(|other| other.rules.as_ref());
        let (on_update, on_delete) = match (generation, other) {
            (Generation::V0, Some((update, delete))) => (update.to_lowercase(), delete.to_lowercase()),
            (Generation::V0, None) => (key.on_update.clone(), key.on_delete.clone()),
            (Generation::V1, _) => (key.on_update.to_uppercase(), key.on_delete.to_uppercase()),
        };
        KitForeignKey {
            name,
            table: table.name.clone(),
            columns: key.columns.clone(),
            foreign_table: key.foreign_table.clone(),
            foreign_columns: key.foreign_columns.clone(),
            on_update,
            on_delete,
            named: true,
        }
    })
    .collect()
}
