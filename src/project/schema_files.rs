//! From the schema paths of a config to files, as drizzle-kit does it with `glob` 8.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use super::path;
use crate::catalog::{Glob, expand_braces};
use crate::text::Files;

/// What can be a module. drizzle-kit 0.x takes every file of a folder and fails on what it cannot execute; such a file
/// exports no table, so that leaving it out, as 1.0 does, changes nothing that is seen.
const MODULE_EXTENSIONS: [&str; 8] = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];

/// What the schema paths stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaFiles {
    /// The files, in the order in which drizzle-kit executes them.
    pub files: Vec<PathBuf>,
    /// The folders whose content decides about `files`.
    pub folders: Vec<PathBuf>,
}

/// Resolves `patterns` in `folder`: each is a glob; of a folder that it matches, the files directly in it are taken.
pub fn find(patterns: &[String], folder: &Path, files: &dyn Files) -> SchemaFiles {
    let mut search = Search { files, found: Vec::new(), folders: Vec::new() };
    let mut result = SchemaFiles::default();
    for pattern in patterns {
        for pattern in expand_braces(pattern) {
            // glob takes `\` as an escape, and so does the matcher; a leading `/` starts at the root.
            let root = if pattern.starts_with('/') { PathBuf::from("/") } else { folder.to_owned() };
            let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
            search.descend(&root, &parts);
        }
        search.found.sort_by(|left, right| in_locale_order(&left.to_string_lossy(), &right.to_string_lossy()));
        for matched in search.found.drain(..) {
            let members = if files.is_directory(&matched) && !files.is_link(&matched) {
                search.folders.push(matched.clone());
                files.entries(&matched)
            } else {
                vec![matched]
            };
            for member in members {
                if is_module(&member) && files.is_file(&member) && !result.files.contains(&member) {
                    result.files.push(member);
                }
            }
        }
    }
    search.folders.extend(result.files.iter().filter_map(|file| file.parent().map(Path::to_owned)));
    search.folders.sort();
    search.folders.dedup();
    result.folders = search.folders;
    result
}

/// Whether drizzle-kit would execute the file.
fn is_module(file: &Path) -> bool {
    file.extension().is_some_and(|extension| MODULE_EXTENSIONS.iter().any(|known| extension == *known))
}

struct Search<'a> {
    files: &'a dyn Files,
    found: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Search<'_> {
    fn descend(&mut self, at: &Path, parts: &[&str]) {
        let Some((part, rest)) = parts.split_first() else {
            if (self.files.is_file(at) || self.files.is_directory(at)) && !self.found.iter().any(|found| found == at) {
                self.found.push(at.to_owned());
            }
            return;
        };
        if *part == "**" {
            return self.descend_globstar(at, rest, false);
        }
        let glob = Glob::new(part);
        if let Some(name) = glob.literal() {
            return self.descend(&path::absolute(at, name), rest);
        }
        self.folders.push(at.to_owned());
        for entry in self.files.entries(at) {
            if entry.file_name().is_some_and(|name| glob.matches(&name.to_string_lossy())) {
                self.descend(&entry, rest);
            }
        }
    }

    /// `**` stands for any number of folders, hidden ones and what lies below links excepted.
    fn descend_globstar(&mut self, at: &Path, rest: &[&str], in_globstar: bool) {
        if !self.files.is_directory(at) {
            return;
        }
        self.folders.push(at.to_owned());
        self.descend(at, rest);
        if in_globstar && self.files.is_link(at) {
            return;
        }
        for entry in self.files.entries(at) {
            let hidden = entry.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
            if hidden {
                continue;
            }
            if rest.is_empty() && self.files.is_file(&entry) {
                self.descend(&entry, rest);
            }
            self.descend_globstar(&entry, rest, true);
        }
    }
}

/// `localeCompare(b, "en")` on paths: by letters first, lower case before upper where they are equal.
fn in_locale_order(left: &str, right: &str) -> Ordering {
    const BEFORE_LETTERS: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789";
    let primary = |character: char| match BEFORE_LETTERS.find(character) {
        Some(rank) => (0, rank),
        None => (1, u32::from(character.to_lowercase().next().unwrap_or(character)) as usize),
    };
    let letters = left.chars().map(primary).cmp(right.chars().map(primary));
    letters.then_with(|| left.chars().map(char::is_uppercase).cmp(right.chars().map(char::is_uppercase)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::MemoryFiles;

    const FILES: &[&str] = &[
        "/app/src/schema.ts",
        "/app/src/schema/index.ts",
        "/app/src/schema/users.ts",
        "/app/src/schema/Orders.ts",
        "/app/src/schema/notes.md",
        "/app/src/schema/seed.sql",
        "/app/src/schema/.hidden.ts",
        "/app/src/schema/deep/inner.ts",
        "/app/src/a/a.sql.ts",
        "/app/src/b/c/b.sql.ts",
        "/app/src/.cache/x.sql.ts",
        "/app/src/view.tsx",
        "/shared/schema.ts",
    ];

    fn found(patterns: &[&str]) -> String {
        let mut files = MemoryFiles::default();
        for path in FILES {
            files.insert(*path, "");
        }
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let found = find(&patterns, Path::new("/app"), &files);
        found.files.iter().map(|file| path::shown(file, Path::new("/app"))).collect::<Vec<_>>().join(" ")
    }

    /// The expected values are those of drizzle-kit 0.31.11's `prepareFilenames` on these files, without the `.md` and
    /// `.sql` that it would fail on.
    #[test]
    fn paths_are_resolved_as_drizzle_kit_resolves_them() {
        for (patterns, expected) in [
            (&["./src/schema.ts"][..], "src/schema.ts"),
            (&["src/schema.ts", "./src/schema.ts"], "src/schema.ts"),
            (&["./src/schema"], "src/schema/.hidden.ts src/schema/Orders.ts src/schema/index.ts src/schema/users.ts"),
            (&["./src/schema/"], "src/schema/.hidden.ts src/schema/Orders.ts src/schema/index.ts src/schema/users.ts"),
            (
                &["./src/schema/*"],
                "src/schema/deep/inner.ts src/schema/index.ts src/schema/Orders.ts src/schema/users.ts",
            ),
            (
                &["./src/**"],
                "src/schema.ts src/view.tsx src/a/a.sql.ts src/b/c/b.sql.ts src/schema/.hidden.ts \
                 src/schema/Orders.ts src/schema/index.ts src/schema/users.ts src/schema/deep/inner.ts",
            ),
            (
                &["./src/**/*"],
                "src/a/a.sql.ts src/b/c/b.sql.ts src/schema/.hidden.ts src/schema/Orders.ts src/schema/index.ts \
                 src/schema/users.ts src/schema.ts src/schema/deep/inner.ts src/view.tsx",
            ),
            (&["./src/*/*.ts"], "src/a/a.sql.ts src/schema/index.ts src/schema/Orders.ts src/schema/users.ts"),
            (&["./src/schema/*.ts"], "src/schema/index.ts src/schema/Orders.ts src/schema/users.ts"),
            (&["./src/**/*.sql.ts"], "src/a/a.sql.ts src/b/c/b.sql.ts"),
            (&["./src/**/schema.ts"], "src/schema.ts"),
            (&["./src/schema/{users,index}.ts"], "src/schema/index.ts src/schema/users.ts"),
            (&["./src/schema/!(index).ts"], "src/schema/Orders.ts src/schema/users.ts"),
            (&["../shared/schema.ts"], "/shared/schema.ts"),
            (&["/shared/*.ts"], "/shared/schema.ts"),
            (&["./src/[ab]/*.ts"], "src/a/a.sql.ts"),
            (&["./nothing.ts"], ""),
            (&["./src/sch?ma.ts"], "src/schema.ts"),
            (&["./src/view.tsx"], "src/view.tsx"),
        ] {
            assert_eq!(found(patterns), expected, "{patterns:?}");
        }
    }
}
