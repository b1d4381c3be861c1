//! Keeps the arrows of the architecture pointing down, by reading the `use` lines of `src`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may use, ground floor first.
const ROOMS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("catalog", &[]),
    ("syntax", &["text"]),
    ("declared", &["syntax", "catalog", "text"]),
    ("project", &["declared", "catalog", "text"]),
    ("drift", &["declared", "catalog", "text"]),
    ("push", &["drift", "declared", "catalog", "text"]),
    ("edit", &["drift", "declared", "catalog", "text"]),
    ("ide", &["drift", "push", "edit", "declared", "catalog", "text"]),
    ("live", &["catalog"]),
    ("session", &["ide", "live", "project", "push", "edit", "drift", "declared", "catalog", "text"]),
    ("lsp", &["session", "ide", "text"]),
    ("cli", &["session", "lsp", "ide", "live", "project", "push", "edit", "drift", "declared", "catalog", "text"]),
];

/// Rooms that know of no runtime, database, protocol, file system or clock, and what that means in code.
const PURE: &[&str] = &["text", "catalog", "syntax", "declared", "drift", "push", "edit", "ide"];
const IMPURE: &[&str] = &[
    "tokio",
    "sqlx",
    "tower_lsp",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "SystemTime",
    "Instant",
    "Zoned::now",
];

/// What only one room may name.
const CONFINED: &[(&str, &[&str])] =
    &[("tower_lsp", &["lsp"]), ("sqlx", &["live"]), ("tree_sitter", &["syntax", "declared"])];

fn sources() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let mut rooms: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for (room, _) in ROOMS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room);
        let mut pending = vec![folder.clone(), folder.with_extension("rs")];
        while let Some(path) = pending.pop() {
            if path.is_dir() {
                pending.extend(
                    fs::read_dir(&path).expect("a readable folder").map(|entry| entry.expect("an entry").path()),
                );
            } else if path.extension().is_some_and(|extension| extension == "rs") && path.is_file() {
                let text = fs::read_to_string(&path).expect("a readable source file");
                rooms.entry((*room).to_owned()).or_default().push((path, text));
            }
        }
    }
    rooms
}

/// The lines of code: no comments, and nothing from the unit tests on (they may use what they like).
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| (number + 1, line))
}

#[test]
fn every_room_stands_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(folder).expect("src") {
        let name = entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned();
        let known = ["lib", "main"].contains(&name.as_str()) || ROOMS.iter().any(|(room, _)| *room == name);
        assert!(known, "src/{name} is no room of tests/architecture.rs");
    }
}

#[test]
fn arrows_point_down() {
    let mut faults = Vec::new();
    for (room, files) in sources() {
        let allowed = ROOMS.iter().find(|(name, _)| *name == room).expect("a known room").1;
        for (path, text) in files {
            for (number, line) in code(&text) {
                for (other, _) in ROOMS {
                    let named =
                        line.contains(&format!("crate::{other}::")) || line.contains(&format!("crate::{other};"));
                    if named && *other != room && !allowed.contains(other) {
                        faults.push(format!("{}:{number}: {room} uses {other}", path.display()));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pure_rooms_are_pure_and_edges_are_confined() {
    let mut faults = Vec::new();
    for (room, files) in sources() {
        for (path, text) in files {
            for (number, line) in code(&text) {
                let has = |word: &str| {
                    line.match_indices(word).any(|(at, _)| {
                        !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
                            && !line[at + word.len()..]
                                .starts_with(|after: char| after.is_alphanumeric() || after == '_')
                    })
                };
                if PURE.contains(&room.as_str()) {
                    for word in IMPURE.iter().filter(|word| has(word)) {
                        faults.push(format!("{}:{number}: {room} is pure, yet names {word}", path.display()));
                    }
                }
                for (word, _) in CONFINED.iter().filter(|(word, homes)| has(word) && !homes.contains(&room.as_str())) {
                    faults.push(format!("{}:{number}: only its own room may name {word}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
