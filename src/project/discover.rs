//! Finds the drizzle configs of a folder and everything below it.

use std::path::{Path, PathBuf};

use crate::text::Files;

/// The names under which drizzle-kit's users expect a config to be found without being named, first wins.
pub const DEFAULT_NAMES: [&str; 5] =
    ["drizzle.config.ts", "drizzle.config.mts", "drizzle.config.js", "drizzle.config.mjs", "drizzle.config.json"];

/// Folders that hold what was installed or built, never a config of one's own. Hidden folders are left out as well.
const SKIPPED: [&str; 10] = [
    "node_modules",
    "dist",
    "build",
    "out",
    "target",
    "coverage",
    "vendor",
    "bower_components",
    "tmp",
    "__snapshots__",
];

/// How deep configs are looked for.
const DEPTH: usize = 12;

/// The drizzle configs in and below `roots`, sorted: `drizzle.config.*`, and, as people name several of one project,
/// `drizzle.config.*.*` and `drizzle-*.config.*`.
pub fn discover(roots: &[PathBuf], files: &dyn Files) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for root in roots {
        descend(root, DEPTH, files, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

fn descend(folder: &Path, depth: usize, files: &dyn Files, found: &mut Vec<PathBuf>) {
    for entry in files.entries(folder) {
        let Some(name) = entry.file_name().and_then(|name| name.to_str()) else { continue };
        if is_config(&entry) {
            if files.is_file(&entry) {
                found.push(entry);
            }
        } else if depth > 0
            && !name.starts_with('.')
            && !SKIPPED.contains(&name)
            && files.is_directory(&entry)
            && !files.is_link(&entry)
        {
            descend(&entry, depth - 1, files, found);
        }
    }
}

/// Whether `path` has the name of a drizzle config.
pub fn is_config(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    match extension {
        "json" => stem == "drizzle.config",
        "ts" | "mts" | "cts" | "js" | "mjs" | "cjs" => {
            stem == "drizzle.config"
                || stem.starts_with("drizzle.config.") && !stem.ends_with(".test") && !stem.ends_with(".d")
                || stem.starts_with("drizzle-") && stem.ends_with(".config")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::MemoryFiles;

    #[test]
    fn configs_are_found_where_people_put_them() {
        let mut files = MemoryFiles::default();
        for path in [
            "/repo/drizzle.config.ts",
            "/repo/drizzle-dev.config.ts",
            "/repo/drizzle.config.pg.ts",
            "/repo/apps/web/drizzle.config.mjs",
            "/repo/packages/db/drizzle.config.json",
            "/repo/node_modules/x/drizzle.config.ts",
            "/repo/dist/drizzle.config.js",
            "/repo/.next/drizzle.config.js",
            "/repo/drizzle.config.test.ts",
            "/repo/drizzle.config.d.ts",
            "/repo/drizzle.ts",
            "/repo/src/drizzle-orm.ts",
            "/repo/drizzle.config.md",
        ] {
            files.insert(path, "");
        }
        assert_eq!(
            discover(&["/repo".into(), "/repo/apps".into()], &files),
            [
                "/repo/apps/web/drizzle.config.mjs",
                "/repo/drizzle-dev.config.ts",
                "/repo/drizzle.config.pg.ts",
                "/repo/drizzle.config.ts",
                "/repo/packages/db/drizzle.config.json"
            ]
            .map(PathBuf::from)
        );
        assert!(discover(&["/none".into()], &files).is_empty());
    }
}
