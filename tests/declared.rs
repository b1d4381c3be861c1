//! The declared side of each fixture equals what the real drizzle-kit sees in it (`fixtures/declared/regenerate.mjs`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use drizzle_drift::catalog::{self, Dialect};
use drizzle_drift::declared::{Casing, Declared, Kit, Reader, Request};
use drizzle_drift::text::{FilePath, MemoryFiles};
use serde_json::{Value, json};

/// A folder of `fixtures/declared/cases`.
struct Case {
    name: String,
    files: BTreeMap<PathBuf, String>,
    request: Request,
    expected: Value,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/declared/cases");
    let mut names: Vec<_> =
        fs::read_dir(&root).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    names.sort();
    names.iter().map(|folder| case(folder)).collect()
}

fn case(folder: &Path) -> Case {
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let mut files = BTreeMap::new();
    collect(folder, folder, &mut files);
    let json = |file: &str| -> Option<Value> {
        files.get(&Path::new("/case").join(file)).map(|text| serde_json::from_str(text).expect("JSON"))
    };
    let settings = json("case.json").unwrap_or_default();
    let expected = json("expected.json").expect("expected.json: run fixtures/declared/regenerate.mjs");
    let schema_files = match settings["schema"].as_array() {
        Some(list) => list.iter().map(|file| Path::new("/case").join(file.as_str().expect("a path"))).collect(),
        None => vec![PathBuf::from("/case/schema.ts")],
    };
    let version = if settings["kit"] == "v1" { "1.0.0-rc.5" } else { "0.31.11" };
    let dialect = match name.split('-').next() {
        Some("pg") => Dialect::Postgresql,
        Some("mysql") => Dialect::Mysql,
        _ => Dialect::Sqlite,
    };
    let request = Request {
        dialect,
        schema_files: schema_files.iter().map(FilePath::new).collect(),
        casing: settings["casing"].as_str().and_then(Casing::from_name),
        kit: Kit { version: version.into(), source: "test".into(), ..Kit::default() },
    };
    Case { name, files, request, expected }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let relative = path.strip_prefix(root).expect("inside");
            files.insert(Path::new("/case").join(relative), fs::read_to_string(&path).expect("text"));
        }
    }
}

impl Case {
    fn memory(&self) -> MemoryFiles {
        let mut files = MemoryFiles::default();
        for (path, text) in &self.files {
            files.insert(path, text.as_str());
        }
        files
    }
}

fn read(case: &Case) -> Declared {
    Reader::default().read(&case.request, &case.memory())
}

/// What both sides are compared by: lists in the order of names, and options of sequences that the code gives.
fn comparable(mut catalog: Value, dialect: Dialect) -> Value {
    let empty = Vec::new();
    let mut tables = catalog["tables"].as_array().unwrap_or(&empty).clone();
    for table in &mut tables {
        if dialect == Dialect::Mysql {
            // A unique index and a unique constraint are one thing there.
            let indexes = table["indexes"].as_array().unwrap_or(&empty).clone();
            let (unique, plain): (Vec<_>, Vec<_>) = indexes.into_iter().partition(|index| index["unique"] == true);
            table["indexes"] = json!(plain);
            for index in unique {
                let columns: Vec<_> =
                    index["columns"].as_array().unwrap_or(&empty).iter().map(|c| &c["expression"]).collect();
                let unique = json!({ "name": index["name"], "columns": columns, "nullsNotDistinct": false });
                table["uniques"].as_array_mut().expect("uniques").push(unique);
            }
            for column in table["columns"].as_array_mut().expect("columns") {
                // The kit keeps no key's name of a single column; the type of an unnamed column is its own.
                column["identity"].take();
            }
        }
        for list in ["uniques", "foreignKeys", "indexes", "checks", "policies"] {
            by_name(&mut table[list]);
        }
        for column in table["columns"].as_array_mut().expect("columns") {
            for key in ["increment", "minValue", "maxValue", "start", "cache", "cycle"] {
                if let Some(identity) = column["identity"].as_object_mut() {
                    identity.remove(key);
                }
            }
        }
    }
    for view in catalog["views"].as_array_mut().expect("views") {
        view.as_object_mut().expect("a view").remove("definition");
    }
    let sequences: Vec<_> =
        catalog["sequences"].as_array().unwrap_or(&empty).iter().map(|s| json!([s["schema"], s["name"]])).collect();
    let mut tables = Value::Array(tables);
    by_name(&mut tables);
    json!({ "tables": tables, "enums": catalog["enums"], "views": catalog["views"], "sequences": sequences })
}

fn by_name(list: &mut Value) {
    if let Some(list) = list.as_array_mut() {
        list.sort_by_key(|item| format!("{} {}", item["schema"], item["name"]));
    }
}

#[test]
fn each_fixture_reads_as_drizzle_kit_sees_it() {
    let mut wrong = Vec::new();
    for case in cases() {
        let declared = read(&case);
        let ours = comparable(catalog::to_json(&declared.catalog()), case.request.dialect);
        let theirs = comparable(case.expected.clone(), case.request.dialect);
        if let Some(difference) = first_difference("", &theirs, &ours) {
            let unresolved: Vec<_> = declared.unresolved.iter().map(|u| format!("{}: {}", u.what, u.why)).collect();
            wrong.push(format!("{}: {difference}\n    unresolved: {unresolved:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn first_difference(path: &str, theirs: &Value, ours: &Value) -> Option<String> {
    match (theirs, ours) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(at, (a, b))| {
                let name = a["name"].as_str().map_or_else(|| at.to_string(), str::to_owned);
                first_difference(&format!("{path}/{name}"), a, b)
            })
        }
        (Value::Object(a), Value::Object(b)) => a
            .iter()
            .find_map(|(key, a)| first_difference(&format!("{path}/{key}"), a, b.get(key).unwrap_or(&Value::Null))),
        _ => (theirs != ours).then(|| format!("{path}\n    drizzle-kit {theirs}\n    we          {ours}")),
    }
}

/// Tables by name, as far as a table can be compared through edits elsewhere.
fn facts(declared: &Declared) -> BTreeMap<String, catalog::Table> {
    let of = |declared: &drizzle_drift::declared::DeclaredTable| {
        (declared.table.name.clone(), catalog::Table::clone(&declared.table))
    };
    declared.tables.iter().filter(|table| !table.broken).map(of).collect()
}

/// The schema file whose statements are spoilt, and a statement at its end that is not.
const UNTOUCHED: &str = "\nexport const untouched = CREATE(\"untouched\", { id: text(\"id\").primaryKey() });\n";

fn with_untouched(case: &Case, text: &str) -> (Case, String) {
    let create = case.request.dialect.family().table_function();
    let module = case.request.dialect.family().core_module();
    let tail = UNTOUCHED.replace("CREATE", "__create").replace("text(", "__column(");
    let head =
        format!("import {{ {create} as __create, text as __column }} from \"{module}\";\nexport const __head = 1;\n");
    let mut files = case.files.clone();
    let text = format!("{head}{text}{tail}");
    files.insert(PathBuf::from("/case/schema.ts"), text.clone());
    let case = Case { name: case.name.clone(), files, request: case.request.clone(), expected: Value::Null };
    (case, text)
}

/// Every edit of the text leaves what the last statement declares as it is, whatever becomes of the others.
fn survives(case: &Case, reader: &mut Reader, text: &str) {
    let (spoilt, text) = with_untouched(case, text);
    let declared = reader.read(&spoilt.request, &spoilt.memory());
    let table = declared.tables.iter().find(|table| table.table.name == "untouched");
    let table = table.unwrap_or_else(|| panic!("{}: the untouched table is lost in\n{text}", case.name));
    assert!(!table.broken && table.table.columns.len() == 1, "{}: {:?}", case.name, table.table);
    for declared_table in &declared.tables {
        for place in [&declared_table.statement, &declared_table.call, &declared_table.name] {
            let source = declared.files[&place.file].document.text();
            assert!(source.get(place.span.range()).is_some(), "{}: a place outside its file", case.name);
        }
    }
}

#[test]
fn half_typed_files_spoil_nothing_else() {
    for case in cases().iter().filter(|case| case.files.contains_key(Path::new("/case/schema.ts"))) {
        let text = &case.files[Path::new("/case/schema.ts")];
        let mut reader = Reader::default();
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            spoil(case, &mut reader, &text[..end]);
        }
    }
}

/// Reads the spoilt `text`, in which the statement behind it must survive where the text leaves it a statement.
fn spoil(case: &Case, reader: &mut Reader, text: &str) {
    if unclosed(text) {
        let (spoilt, _) = with_untouched(case, text);
        reader.read(&spoilt.request, &spoilt.memory());
    } else {
        survives(case, reader, text);
    }
}

/// Whether a prefix ends in a comment or a template, which rightly swallows what follows.
fn unclosed(text: &str) -> bool {
    let comment = text.rfind("/*").is_some_and(|open| !text[open..].contains("*/"));
    comment || text.matches('`').count() % 2 == 1
}

#[test]
fn a_missing_token_spoils_its_own_statement_only() {
    for case in cases().iter().filter(|case| case.files.contains_key(Path::new("/case/schema.ts"))) {
        let text = &case.files[Path::new("/case/schema.ts")];
        let mut reader = Reader::default();
        let mut tokens = Vec::new();
        let mut start = 0;
        for (at, letter) in text.char_indices() {
            let word = letter.is_alphanumeric() || letter == '_';
            if !word {
                tokens.push(start..at);
                tokens.push(at..at + letter.len_utf8());
                start = at + letter.len_utf8();
            }
        }
        for token in tokens.into_iter().filter(|token| !text[token.clone()].trim().is_empty()) {
            let spoilt = format!("{}{}", &text[..token.start], &text[token.end..]);
            spoil(case, &mut reader, &spoilt);
        }
    }
}

#[test]
fn a_statement_that_breaks_keeps_its_last_good_facts() {
    let case = cases().into_iter().find(|case| case.name == "pg-keys").expect("the case");
    let mut reader = Reader::default();
    let good = reader.read(&case.request, &case.memory());
    let mut broken = case.memory();
    let text = &case.files[Path::new("/case/schema.ts")];
    broken.insert("/case/schema.ts", text.replacen("groupId: integer(\"group_id\")", "groupId: integer(\"group", 1));
    let declared = reader.read(&case.request, &broken);
    let members = declared.table(Some("public"), "members").expect("it is still declared");
    assert!(members.broken, "and marked");
    assert_eq!(members.table, good.table(Some("public"), "members").expect("it was").table);
    assert!(declared.unresolved.iter().any(|unresolved| unresolved.why.contains("does not parse")));
    assert!(!declared.tables_open, "nothing else can hide in it");
    let others = |declared: &Declared| facts(declared).into_iter().filter(|(name, _)| name != "members").collect();
    let (before, after): (BTreeMap<_, _>, BTreeMap<_, _>) = (others(&good), others(&declared));
    assert_eq!(before, after);
    // Without a past, nothing is known of it.
    let fresh = Reader::default().read(&case.request, &broken);
    assert!(fresh.table(Some("public"), "members").is_none() && fresh.tables_open);
}

/// Everything that a reading says, with all its places.
fn all_of(declared: &Declared) -> String {
    let files: Vec<_> = declared.files.keys().collect();
    let Declared { tables, enums, views, sequences, schemas, unresolved, tables_open, .. } = declared;
    format!("{tables:#?}\n{enums:?}\n{views:?}\n{sequences:?}\n{schemas:?}\n{unresolved:#?}\n{tables_open}\n{files:?}")
}

/// `text` with one statement changed: moved on, taken away, one of its texts changed, a second name for what it declares.
fn edits(text: &str) -> Vec<String> {
    let starts = |word: &str| text.match_indices(&format!("\n{word} ")).map(|(at, _)| at + 1).collect::<Vec<_>>();
    let mut starts: Vec<usize> = ["export", "const", "import", "function"].into_iter().flat_map(starts).collect();
    starts.sort_unstable();
    let mut edits = Vec::new();
    for (index, start) in starts.iter().copied().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(text.len());
        let (before, statement, after) = (&text[..start], &text[start..end], &text[end..]);
        edits.push(format!("{before}// Another line.\n{statement}{after}"));
        edits.push(format!("{before}{after}"));
        let quoted = statement.char_indices().filter(|(_, letter)| *letter == '"').map(|(at, _)| at + 1);
        edits.extend(quoted.step_by(2).take(3).map(|at| {
            let (left, right) = statement.split_at(at);
            format!("{before}{left}q{right}{after}")
        }));
        if let Some(name) = statement.strip_prefix("export const ").and_then(|rest| rest.split([' ', ':']).next()) {
            edits.push(format!("{before}{statement}{after}\nexport const another = {name};\n"));
            edits.push(format!("{before}{statement}{after}\nexport {{ {name} as another }};\n"));
            edits.push(format!("{before}const {}\n{after}", &statement["export const ".len()..]));
        }
    }
    edits
}

#[test]
fn an_edit_reads_as_a_fresh_reader_reads_it() {
    for case in &cases() {
        let mut reader = Reader::default();
        reader.read(&case.request, &case.memory());
        let scripts = case.files.iter().filter(|(path, _)| path.extension().is_some_and(|extension| extension == "ts"));
        for (path, text) in scripts {
            for edited in edits(text) {
                let mut files = case.memory();
                files.insert(path, edited.as_str());
                let kept = reader.read(&case.request, &files);
                let fresh = Reader::default().read(&case.request, &files);
                let (kept, fresh) = (all_of(&kept), all_of(&fresh));
                if kept != fresh && !fresh.contains("it does not parse") {
                    let differing = kept.lines().zip(fresh.lines()).find(|(kept, fresh)| kept != fresh);
                    panic!("{}, {}: {differing:?}\n{edited}", case.name, path.display());
                }
            }
        }
    }
}

#[test]
fn a_reader_lives_in_a_server_and_a_reading_anywhere() {
    fn sendable<T: Send>() {}
    fn shareable<T: Send + Sync>() {}
    sendable::<Reader>();
    shareable::<Declared>();
}

/// A file without a keyword at the start of a line is one island. Read so, it must say what it says statement by statement.
#[test]
fn statement_by_statement_reads_as_the_whole_file() {
    let mut compared = 0;
    for case in cases() {
        let mut whole = case.memory();
        for (path, text) in &case.files {
            // A template's lines are its value, and must stay as they are.
            let is_code = path.extension().is_some_and(|extension| extension == "ts");
            let has_long_template = text.split('`').skip(1).step_by(2).any(|template| template.contains('\n'));
            if is_code && !has_long_template {
                let indented: String = text.lines().map(|line| format!(" {line}\n")).collect();
                whole.insert(path.as_path(), indented);
                compared += 1;
            }
        }
        let parts = Reader::default().read(&case.request, &case.memory());
        let whole = Reader::default().read(&case.request, &whole);
        assert_eq!(facts(&parts), facts(&whole), "{}", case.name);
        assert_eq!(parts.catalog(), whole.catalog(), "{}", case.name);
    }
    assert!(compared > 30, "only {compared} files were compared");
}

/// What a loop that is not followed, or a pattern, assigns is not known afterwards, so nothing is named after it.
#[test]
fn what_cannot_be_followed_is_not_known() {
    for assignment in [
        "for (let i = 0; i < 3; i++) { name = `t_${i}`; }",
        "while (name.length < 9) { name += 'x'; }",
        "({ name } = load());",
        "[name] = load();",
    ] {
        let text = format!(
            "import {{ pgTable, text }} from \"drizzle-orm/pg-core\";\nlet name = \"first\";\n{assignment}\n\
             export const table = pgTable(name, {{ a: text() }});\n"
        );
        let mut files = MemoryFiles::default();
        files.insert("/case/schema.ts", text);
        let request = Request {
            dialect: Dialect::Postgresql,
            schema_files: vec![FilePath::new("/case/schema.ts")],
            casing: None,
            kit: Kit::default(),
        };
        let declared = Reader::default().read(&request, &files);
        assert!(declared.tables.is_empty() && declared.tables_open, "{assignment}: {:?}", declared.tables);
        assert!(!declared.unresolved.is_empty(), "{assignment}");
    }
}

/// What a version's builders lack is an error there, so no type may be claimed of it.
#[test]
fn a_builder_that_a_version_lacks_has_no_type() {
    let lacking = [
        (Dialect::Postgresql, "bytea()"),
        (Dialect::Mysql, "blob()"),
        (Dialect::Mysql, "tinyblob()"),
        (Dialect::Mysql, "mediumblob()"),
        (Dialect::Mysql, "longblob()"),
    ];
    for (dialect, call) in lacking {
        let (create, module) = (dialect.family().table_function(), dialect.family().core_module());
        let text =
            format!("import * as m from \"{module}\";\nexport const t = m.{create}(\"t\", {{ a: m.{call} }});\n");
        let mut files = MemoryFiles::default();
        files.insert("/case/schema.ts", text.as_str());
        let request = Request {
            dialect,
            schema_files: vec![FilePath::new("/case/schema.ts")],
            casing: None,
            kit: Kit { version: "0.31.11".into(), source: "test".into(), ..Kit::default() },
        };
        let declared = Reader::default().read(&request, &files);
        let columns = declared.tables.iter().flat_map(|table| &table.table.columns);
        let claimed: Vec<_> = columns.filter(|column| column.sql_type != catalog::Fact::Unknown).collect();
        assert!(claimed.is_empty(), "{call}: {claimed:?}");
    }
}
