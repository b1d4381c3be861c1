//! The snapshot file: a live catalog as text that reads back exactly, to be compared with later or to stand in for its
//! database.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Dialect, Filter, LiveCatalog, to_json};

/// What the file says it is.
const FORMAT: &str = "drizzle-drift snapshot";

/// The version of the format that this program writes, and the only one that it reads.
const VERSION: u64 = 1;

/// Down to which depth the text is spread over lines; below it each thing has one line, so that a changed table is one
/// changed line.
const SPREAD: usize = 3;

/// What a database held at one moment, and what the project looked like then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// When it was taken.
    pub taken_at: jiff::Timestamp,
    /// The version of drizzle-drift that took it.
    pub tool: String,
    /// The version of drizzle-kit in force.
    pub kit: String,
    /// The filters in force. The snapshot holds what they leave out as well.
    pub filter: Filter,
    /// The schema files and the config, sorted by path.
    pub files: Vec<FileHash>,
    /// Exact numbers of rows, where they were asked for.
    pub counts: Vec<RowCount>,
    /// The database.
    pub live: LiveCatalog,
}

/// A file and what stood in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileHash {
    /// Its path, relative to the project's folder.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// How many rows a table holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowCount {
    /// The table's schema.
    pub schema: Option<String>,
    /// The table.
    pub table: String,
    /// Exactly this many, where `least` is false.
    pub rows: u64,
    /// Whether the counting stopped there.
    pub least: bool,
}

/// Why a text is no snapshot that can be used, as the end of a sentence that begins with the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It is cut off, or was changed by hand.
    #[error("is damaged ({0}); take the snapshot again with `drizzle-drift snapshot`")]
    Damaged(String),
    /// It is something else.
    #[error("is no snapshot of drizzle-drift; make one with `drizzle-drift snapshot -o FILE`")]
    Foreign,
    /// A later version of this program wrote it.
    #[error("was written by a newer drizzle-drift (format {0}, this one reads {VERSION}); update drizzle-drift")]
    Newer(u64),
}

impl Snapshot {
    /// The file's text: the contract's catalog for those that read it, and every fact for [`Snapshot::parse`].
    pub fn to_text(&self) -> String {
        let file = json!({
            "format": FORMAT,
            "version": VERSION,
            "takenAt": self.taken_at,
            "tool": self.tool,
            "dialect": self.live.catalog.dialect,
            "database": self.live.database,
            "kit": self.kit,
            "filter": self.filter,
            "files": self.files,
            "counts": self.counts,
            "catalog": to_json(&self.live.catalog),
            "live": self.live,
        });
        let mut text = String::new();
        write(&mut text, &file, 0);
        text.push('\n');
        text
    }

    /// Reads a file's text. The catalog inside says when it was taken.
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        let damaged = |error: serde_json::Error| SnapshotError::Damaged(error.to_string());
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file: Value = match serde_json::from_str(text) {
            Ok(file) => file,
            Err(error) if text.contains(FORMAT) => return Err(damaged(error)),
            Err(_) => return Err(SnapshotError::Foreign),
        };
        if file.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(SnapshotError::Foreign);
        }
        match file.get("version").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => return Err(SnapshotError::Newer(newer)),
            _ => return Err(SnapshotError::Damaged("it has no version".into())),
        }
        let mut snapshot = Self::deserialize(&file).map_err(damaged)?;
        if file.get("catalog") != Some(&to_json(&snapshot.live.catalog)) {
            return Err(SnapshotError::Damaged("its two descriptions of the database differ".into()));
        }
        snapshot.live.taken_at = Some(snapshot.taken_at);
        Ok(snapshot)
    }

    /// The dialect of the database.
    pub fn dialect(&self) -> Dialect {
        self.live.catalog.dialect
    }
}

/// Spreads `value` over lines down to [`SPREAD`].
fn write(text: &mut String, value: &Value, depth: usize) {
    let items: Vec<(Option<&String>, &Value)> = match value {
        Value::Object(object) if depth < SPREAD => object.iter().map(|(key, item)| (Some(key), item)).collect(),
        Value::Array(array) if depth < SPREAD => array.iter().map(|item| (None, item)).collect(),
        _ => Vec::new(),
    };
    if items.is_empty() {
        text.push_str(&value.to_string());
        return;
    }
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    text.push(open);
    for (index, (key, item)) in items.into_iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&" ".repeat(depth + 1));
        if let Some(key) = key {
            text.push_str(&Value::from(key.as_str()).to_string());
            text.push_str(": ");
        }
        write(text, item, depth + 1);
    }
    text.push('\n');
    text.push_str(&" ".repeat(depth));
    text.push(close);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::*;
    use super::*;

    fn text(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    /// A snapshot in which every fact says something.
    fn full() -> Snapshot {
        let options = SequenceOptions {
            increment: text("2"),
            min_value: text("-9223372036854775808"),
            max_value: text("18446744073709551615"),
            start: text("10"),
            cache: text("5"),
            cycle: Some(true),
        };
        let column = Column {
            name: "näme \"quoted\"".into(),
            sql_type: Fact::Known("varchar(255)".into()),
            type_schema: text("app"),
            not_null: Fact::Known(true),
            default: Fact::Known(text("'x'::text")),
            identity: Some(Box::new(Identity { always: true, name: text("s"), options: options.clone() })),
            generated: Some(Box::new(Generated { expression: Fact::Known("lower(a)".into()), stored: true })),
            autoincrement: true,
            on_update: text("CURRENT_TIMESTAMP(3)"),
            collation: text("C"),
            comment: text("a\nb"),
            ..Column::default()
        };
        let unknown = Column { default: Fact::Known(None), not_null: Fact::Unknown, ..Column::default() };
        let table = Table {
            schema: text("public"),
            name: "users".into(),
            columns: vec![column, unknown],
            primary_key: Some(PrimaryKey { name: text("p"), columns: vec!["a".into()], ..PrimaryKey::default() }),
            uniques: vec![Unique { nulls_not_distinct: true, ..Unique::default() }],
            foreign_keys: vec![ForeignKey {
                deferrable: Deferrable::InitiallyDeferred,
                match_full: true,
                foreign_columns: vec!["id".into()],
                ..ForeignKey::default()
            }],
            indexes: vec![Index {
                columns: vec![IndexColumn {
                    nulls_first: Some(false),
                    prefix_length: Some(10),
                    ..IndexColumn::default()
                }],
                storage: vec![("fillfactor".into(), "70".into())],
                include: vec!["b".into()],
                predicate: text("a > 0"),
                ..Index::default()
            }],
            checks: vec![Check { name: None, expression: Fact::Known("a > 0".into()), ..Check::default() }],
            row_level_security: true,
            policies: vec![Policy { using: text("true"), roles: vec!["public".into()], ..Policy::default() }],
            kind: TableKind::Partition { schema: text("public"), table: "parent".into() },
            owner: text("app"),
            extension: text("postgis"),
            comment: text("c"),
            ..Table::default()
        };
        let sequence = Sequence { options, sql_type: text("bigint"), ..Sequence::default() };
        let evidence = Evidence { bytes: Some(u64::MAX), file: Some(7), ..Evidence::from(Rows::About(1_204)) };
        Snapshot {
            taken_at: "2026-01-02T03:04:05.678Z".parse().expect("a time"),
            tool: "0.1.0".into(),
            kit: "0.31.11".into(),
            filter: Filter { schemas: Some(vec!["public".into()]), ..Filter::default() },
            files: vec![FileHash { path: "schema.ts".into(), sha256: "00".into() }],
            counts: vec![RowCount { schema: None, table: "t".into(), rows: 3, least: true }],
            live: LiveCatalog {
                evidence: BTreeMap::from([
                    ((text("public"), "users".into()), evidence),
                    ((None, "t".into()), Rows::None.into()),
                ]),
                spellings: BTreeMap::from([(
                    "users".into(),
                    Spelling { sql: "create".into(), not_null: vec!["a".into()], ..Spelling::default() },
                )]),
                owned_sequences: vec![OwnedSequence {
                    sequence: sequence.clone(),
                    identity: true,
                    ..OwnedSequence::default()
                }],
                unreadable: vec!["secret".into()],
                ..LiveCatalog::new(
                    Catalog {
                        tables: vec![table],
                        enums: vec![EnumType { values: vec!["a".into()], ..EnumType::default() }],
                        views: vec![View {
                            options: vec![("security_invoker".into(), "true".into())],
                            ..View::default()
                        }],
                        sequences: vec![sequence],
                        schemas: vec!["app".into()],
                        ..Catalog::empty(Dialect::Postgresql)
                    },
                    DatabaseIdentity { name: "shop".into(), host: text("h"), ..DatabaseIdentity::default() },
                )
            },
        }
    }

    fn read_back(snapshot: &Snapshot) -> Snapshot {
        let mut read = Snapshot::parse(&snapshot.to_text()).expect("what was written reads back");
        assert_eq!(read.live.taken_at, Some(snapshot.taken_at));
        read.live.taken_at = snapshot.live.taken_at;
        read
    }

    #[test]
    fn what_is_written_reads_back() {
        assert_eq!(read_back(&full()), full());
        let kinds =
            [TableKind::Ordinary, TableKind::Foreign, TableKind::Virtual("fts5".into()), TableKind::Partitioned];
        for kind in kinds {
            let mut snapshot = full();
            snapshot.live.catalog.tables[0].kind = kind;
            assert_eq!(read_back(&snapshot), snapshot);
        }
        assert_eq!(full().to_text(), full().to_text());
    }

    #[test]
    fn a_table_has_a_line() {
        let text = full().to_text();
        assert!(text.lines().any(|line| line.starts_with("   {\"schema\":\"public\",\"name\":\"users\"")), "{text}");
        assert!(text.starts_with("{\n \"format\": \"drizzle-drift snapshot\",\n \"version\": 1,\n"), "{text}");
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let good = full().to_text();
        let said = |text: &str| Snapshot::parse(text).expect_err(text).to_string();
        for cut in (60..good.len() - 2).step_by(97).filter(|at| good.is_char_boundary(*at)) {
            assert!(said(&good[..cut]).starts_with("is damaged ("), "{cut}");
        }
        for foreign in ["", "[]", "null", "{}", "not json", r#"{"version": 1, "tables": []}"#] {
            assert!(said(foreign).starts_with("is no snapshot of drizzle-drift"), "{foreign}");
        }
        assert!(said(&good.replacen("\"version\": 1", "\"version\": 2", 1)).contains("newer drizzle-drift (format 2"));
        assert!(said(&good.replacen("varchar(255)", "varchar(9)", 1)).contains("two descriptions"));
        assert!(said(&good.replacen("\"takenAt\"", "\"taken\"", 1)).starts_with("is damaged ("));
    }

    /// Puts other values where there are values, as `choices` has it.
    fn shuffled(value: &mut Value, choices: &mut impl FnMut() -> u32, words: &[String]) {
        match value {
            Value::String(text) if !words.is_empty() => *text = words[choices() as usize % words.len()].clone(),
            Value::Bool(flag) => *flag = choices().is_multiple_of(2),
            Value::Array(items) => {
                if choices().is_multiple_of(4) {
                    items.clear();
                } else if let (Some(last), true) = (items.last().cloned(), choices().is_multiple_of(4)) {
                    items.push(last);
                }
                items.iter_mut().for_each(|item| shuffled(item, choices, words));
            }
            Value::Object(map) => map.iter_mut().for_each(|(_, item)| shuffled(item, choices, words)),
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn any_catalog_reads_back(words in prop::collection::vec("\\PC{0,12}", 1..6), choices in prop::collection::vec(any::<u32>(), 1..300)) {
            let mut snapshot = full();
            let mut value = serde_json::to_value(&snapshot.live.catalog.tables).expect("plain data");
            let mut turn = choices.iter().copied().cycle();
            for table in value.as_array_mut().expect("a list") {
                for (key, part) in table.as_object_mut().expect("a table") {
                    // These hold names of variants, not texts.
                    if !["kind", "primaryKey", "uniques", "foreignKeys"].contains(&key.as_str()) {
                        shuffled(part, &mut || turn.next().unwrap_or_default(), &words);
                    }
                }
            }
            if let Ok(tables) = serde_json::from_value(value) {
                snapshot.live.catalog.tables = tables;
                prop_assert_eq!(read_back(&snapshot), snapshot);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            let _ = Snapshot::parse(&text);
        }
    }
}
