//! drizzle-kit's snapshot of the code, from the declared side.

use super::snapshot::{
    KitCheck, KitColumn, KitDefault, KitForeignKey, KitGenerated, KitIndex, KitKey, KitTable, KitView, Snapshot,
};
use crate::catalog::{Column, DefaultForm, Fact, Generation, Index, Table, Unique, UniqueForm};
use crate::declared::DeclaredTable;
use crate::push::input::Input;
use crate::text::FilePath;

/// What drizzle-kit makes of the code, or why it gives up.
pub(super) fn snapshot(input: &Input) -> Result<Snapshot, String> {
    let mut snapshot = Snapshot::default();
    for declared in in_order(&input.declared.tables) {
        // Of two tables of one name, 0.x has the last.
        let table = table(declared, input.generation)?;
        match snapshot.tables.iter_mut().find(|earlier| earlier.name == table.name) {
            Some(_) if input.generation == Generation::V1 => {
                return Err(format!("two tables of the code are called \"{}\"", table.name));
            }
            Some(earlier) => *earlier = table,
            None => snapshot.tables.push(table),
        }
    }
    for located in &input.declared.views {
        let view = &located.value;
        if snapshot.views.iter().any(|earlier| earlier.name == view.name) {
            return Err(format!("two views of the code are called \"{}\"", view.name));
        }
        snapshot.views.push(KitView::of(view));
    }
    // 1.0 does not look at them on either side.
    if input.generation == Generation::V0 {
        snapshot.views.extend(input.declared.existing_views.iter().map(|(_, name)| KitView::existing(name)));
    }
    Ok(snapshot)
}

/// The tables as drizzle-kit meets them: a module gives its exports by their names.
fn in_order(tables: &[DeclaredTable]) -> Vec<&DeclaredTable> {
    let mut files: Vec<&FilePath> = Vec::new();
    let mut order: Vec<((usize, &str), &DeclaredTable)> = Vec::with_capacity(tables.len());
    for table in tables {
        let file = files.iter().position(|file| **file == table.name.file).unwrap_or(files.len());
        if file == files.len() {
            files.push(&table.name.file);
        }
        order.push(((file, table.export.as_deref().unwrap_or_default()), table));
    }
    order.sort_by_key(|(key, _)| *key);
    order.into_iter().map(|(_, table)| table).collect()
}

fn table(declared: &DeclaredTable, generation: Generation) -> Result<KitTable, String> {
    let table = &declared.table;
    let result = KitTable {
        name: table.name.clone(),
        columns: table.columns.iter().map(|column| self::column(column, generation)).collect(),
        keys: keys(table, generation),
        uniques: table.uniques.iter().map(unique).collect(),
        indexes: table.indexes.iter().map(index).collect(),
        foreign_keys: foreign_keys(table, generation),
        checks: table
            .checks
            .iter()
            .filter_map(|check| {
                let expression = check.expression.known().map_or("...", String::as_str).to_owned();
                Some(KitCheck { name: check.name.clone()?, expression })
            })
            .collect(),
        columns_open: declared.columns_open,
        extras_open: declared.extras_open,
        broken: declared.broken,
        ..KitTable::default()
    };
    if result.indexes.iter().any(|index| !index.named) {
        return Err(format!("an index of \"{}\" has no name, and drizzle-kit makes up none on MySQL", table.name));
    }
    match generation {
        Generation::V0 => refused_v0(&result)?,
        Generation::V1 => refused_v1(&result)?,
    }
    Ok(result)
}

fn column(column: &Column, generation: Generation) -> KitColumn {
    let sql_type = match (column.sql_type.known(), generation) {
        (None, _) => Fact::Unknown,
        (Some(text), Generation::V0) if text.starts_with("enum") => Fact::Known(enum_v0(text)),
        (Some(text), Generation::V0) => Fact::Known(text.clone()),
        // Only one of a customType has blanks.
        (Some(text), Generation::V1) if text.starts_with("enum(") && !text.contains("', '") => {
            Fact::Known(enum_v1(text))
        }
        (Some(text), Generation::V1) => Fact::Known(text.replacen(", ", ",", 1)),
    };
    let base = column.sql_type.known().map_or("", |text| text.split('(').next().unwrap_or_default());
    let has_text = ["char", "varchar", "text", "tinytext", "mediumtext", "longtext", "enum"].contains(&base);
    let keeps_update = match generation {
        Generation::V0 => base == "timestamp",
        Generation::V1 => base == "timestamp" || base == "datetime",
    };
    let own = |text: &Option<String>| text.clone().filter(|_| generation == Generation::V1 && has_text);
    KitColumn {
        name: column.name.clone(),
        sql_type,
        not_null: match column.not_null_implied && generation == Generation::V1 {
            true => Fact::Known(false),
            false => column.not_null.clone(),
        },
        autoincrement: column.autoincrement,
        default: match &column.default {
            Fact::Unknown => Fact::Unknown,
            Fact::Known(default) => {
                Fact::Known(default.as_ref().map(|text| self::default(text, column.default_form, generation)))
            }
        },
        on_update: column.on_update.clone().filter(|_| keeps_update && !column.on_update_unseen),
        generated: column
            .generated
            .as_ref()
            .map(|generated| KitGenerated { expression: generated.expression.clone(), stored: generated.stored }),
        character_set: own(&column.character_set),
        // A character set alone names no collation.
        collation: own(&column.collation).filter(|collation| column.character_set.as_ref() != Some(collation)),
    }
}

fn default(text: &str, form: DefaultForm, generation: Generation) -> KitDefault {
    match (generation, form) {
        (Generation::V0, DefaultForm::Number) => {
            text.parse().map_or_else(|_| KitDefault::Text(text.into()), |value| KitDefault::Number(value, text.into()))
        }
        // That of a json column is a string by now.
        (Generation::V0, DefaultForm::Boolean) => {
            text.parse().map_or_else(|_| KitDefault::Text(text.into()), KitDefault::Boolean)
        }
        (Generation::V0, DefaultForm::BigInt) => KitDefault::BigInt(text.into()),
        _ => KitDefault::Text(text.into()),
    }
}

/// 0.x cuts an enum's values apart at every comma and at the second parenthesis.
fn enum_v0(text: &str) -> String {
    let mut values = text.split('(').nth(1).unwrap_or_default().to_owned();
    values.pop();
    let values = values.split(',').map(|value| {
        let mut letters = value.chars();
        letters.next();
        letters.next_back();
        format!("'{}'", letters.as_str().replace('\'', "''"))
    });
    format!("enum({})", values.collect::<Vec<_>>().join(","))
}

/// 1.0 escapes the quotes of each value.
fn enum_v1(text: &str) -> String {
    let inner = text.strip_prefix("enum('").and_then(|rest| rest.strip_suffix("')"));
    let Some(inner) = inner else { return text.to_owned() };
    let values = inner.split("','").map(|value| format!("'{}'", value.replace('\'', "''")));
    format!("enum({})", values.collect::<Vec<_>>().join(","))
}

/// 0.x names keys; each column with `.primaryKey()` is one of its own.
fn keys(table: &Table, generation: Generation) -> Vec<KitKey> {
    let mut keys: Vec<KitKey> = Vec::new();
    // One made of flags has no name.
    let listed = table.primary_key.as_ref().filter(|key| key.name.is_some() || key.columns.len() == 1);
    let flagged = table.columns.iter().filter(|column| column.primary_flag);
    match generation {
        Generation::V0 => {
            keys.extend(flagged.map(|column| KitKey {
                name: format!("{}_{}", table.name, column.name),
                columns: vec![column.name.clone()],
            }));
            if let Some((key, name)) = listed.and_then(|key| Some((key, key.name.clone()?))) {
                keys.retain(|earlier| earlier.name != name);
                keys.push(KitKey { name, columns: key.columns.clone() });
            }
        }
        Generation::V1 => {
            let flag = flagged.map(|column| vec![column.name.clone()]).next();
            let columns = listed.map(|key| key.columns.clone()).or(flag);
            keys.extend(columns.map(|columns| KitKey { name: "PRIMARY".into(), columns }));
        }
    }
    keys
}

fn unique(unique: &Unique) -> KitIndex {
    KitIndex {
        name: unique.name.clone().unwrap_or_default(),
        columns: unique.columns.iter().map(|column| (column.clone(), false)).collect(),
        unique: true,
        options: Vec::new(),
        named: !unique.name_is_default,
        of_column: unique.form == UniqueForm::Column,
    }
}

fn index(index: &Index) -> KitIndex {
    KitIndex {
        name: index.name.clone(),
        columns: index.columns.iter().map(|key| (key.expression.clone(), key.is_expression)).collect(),
        unique: index.unique,
        options: ["using", "algorithm", "lock"]
            .into_iter()
            .filter_map(|name| index.storage.iter().rev().find(|(key, _)| key == name).cloned())
            .collect(),
        named: !index.name_is_default,
        of_column: false,
    }
}

fn foreign_keys(table: &Table, generation: Generation) -> Vec<KitForeignKey> {
    let mut keys: Vec<KitForeignKey> = Vec::new();
    for key in &table.foreign_keys {
        let action = |text: &str| match generation {
            Generation::V0 => text.to_owned(),
            Generation::V1 => text.to_uppercase(),
        };
        let key = KitForeignKey {
            name: key.name.clone().unwrap_or_default(),
            table: table.name.clone(),
            columns: key.columns.clone(),
            foreign_table: key.foreign_table.clone(),
            foreign_columns: key.foreign_columns.clone(),
            on_update: action(&key.on_update),
            on_delete: action(&key.on_delete),
            named: !key.name_is_default,
        };
        match keys.iter_mut().find(|earlier| earlier.name == key.name) {
            Some(earlier) if generation == Generation::V0 => *earlier = key,
            _ => keys.push(key),
        }
    }
    keys
}

/// What 0.x refuses to write into its snapshot.
fn refused_v0(table: &KitTable) -> Result<(), String> {
    let name = &table.name;
    if let Some(column) =
        table.columns.iter().find(|column| matches!(column.default_value(), Some(KitDefault::BigInt(_))))
    {
        return Err(format!(
            "drizzle-kit 0.x cannot write down the BigInt that is the default of \"{name}\".\"{}\"; write it as sql`...`",
            column.name
        ));
    }
    let mut names: Vec<&str> = table.uniques.iter().map(|unique| unique.name.as_str()).collect();
    for index in &table.indexes {
        if index.unique {
            names.push(&index.name);
        } else if table.foreign_keys.iter().any(|key| key.name == index.name) {
            return Err(format!("an index and a foreign key of \"{name}\" are both called \"{}\"", index.name));
        }
    }
    twice(&names)
        .map_or(Ok(()), |twice| Err(format!("two unique constraints of \"{name}\" are called \"{twice}\"")))?;
    let checks: Vec<&str> = table.checks.iter().map(|check| check.name.as_str()).collect();
    twice(&checks).map_or(Ok(()), |twice| Err(format!("two checks of \"{name}\" are called \"{twice}\"")))
}

/// What 1.0 refuses.
fn refused_v1(table: &KitTable) -> Result<(), String> {
    const LONG: [&str; 8] =
        ["blob", "tinyblob", "mediumblob", "longblob", "text", "tinytext", "mediumtext", "longtext"];
    let name = &table.name;
    for column in &table.columns {
        let counts = column.autoincrement || column.type_text().starts_with("serial");
        if counts && column.default_value().is_some() {
            return Err(format!("\"{name}\".\"{}\" has AUTO_INCREMENT and a default", column.name));
        }
    }
    let unique = table.uniques.iter().chain(table.indexes.iter().filter(|index| index.unique));
    for (column, is_expression) in unique.flat_map(|unique| &unique.columns) {
        let sql_type = table.column(column).filter(|_| !is_expression).map_or("", KitColumn::type_text);
        if LONG.iter().any(|long| sql_type.starts_with(long)) {
            return Err(format!("\"{name}\".\"{column}\" is unique, which its type {sql_type} cannot be"));
        }
    }
    let keys: Vec<&str> = table.foreign_keys.iter().filter(|key| key.named).map(|key| key.name.as_str()).collect();
    twice(&keys).map_or(Ok(()), |twice| Err(format!("two foreign keys of \"{name}\" are called \"{twice}\"")))?;
    let names: Vec<&str> = table.uniques.iter().chain(&table.indexes).map(|index| index.name.as_str()).collect();
    twice(&names).map_or(Ok(()), |twice| Err(format!("two indexes of \"{name}\" are called \"{twice}\"")))
}

fn twice<'a>(names: &[&'a str]) -> Option<&'a str> {
    names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)).map(|(_, name)| *name)
}
