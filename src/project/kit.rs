//! Which drizzle-kit a project runs: the installed one, else the one its lockfile or package.json names.

use std::path::Path;

use nodejs_semver::{Range, Version};
use serde_json::Value;

use super::path;
use crate::declared::Kit;
use crate::text::Files;

const PACKAGE: &str = "drizzle-kit";

/// Reads one kind of lockfile: its text, the package's folder relative to it, the wanted range; the locked version.
type LockReader = fn(&str, &str, Option<&str>) -> Option<String>;

const LOCKFILES: [(&str, LockReader); 4] = [
    ("package-lock.json", in_package_lock),
    ("pnpm-lock.yaml", in_pnpm_lock),
    ("yarn.lock", in_yarn_lock),
    ("bun.lock", in_bun_lock),
];

/// The kit of the project in `folder`; `given` with `--kit-version` wins.
pub fn detect(folder: &Path, given: Option<&str>, files: &dyn Files) -> Kit {
    let kit = |version: String, source: &str| Kit { version, source: source.into(), ..Kit::default() };
    if let Some(version) = given {
        return kit(version.trim_start_matches('v').into(), "--kit-version");
    }
    let installed = folder.ancestors().find_map(|above| {
        let manifest = json(files, &above.join("node_modules").join(PACKAGE).join("package.json"))?;
        Some(manifest.get("version")?.as_str()?.to_owned())
    });
    if let Some(version) = installed {
        return kit(version, "node_modules");
    }
    let range = folder.ancestors().find_map(|above| declared_range(&json(files, &above.join("package.json"))?));
    for above in folder.ancestors() {
        let relative = path::shown(folder, above);
        for (name, read) in LOCKFILES {
            let locked = files.read(&above.join(name)).and_then(|text| read(&text, &relative, range.as_deref()));
            if let Some(version) = locked.filter(|version| Version::parse(version).is_ok()) {
                return kit(version, name);
            }
        }
    }
    match range.as_deref().and_then(version_in_range) {
        Some(version) => kit(version, "package.json"),
        None => Kit::default(),
    }
}

fn json(files: &dyn Files, path: &Path) -> Option<Value> {
    serde_json::from_str(&files.read(path)?).ok()
}

fn declared_range(manifest: &Value) -> Option<String> {
    ["devDependencies", "dependencies", "peerDependencies", "optionalDependencies"]
        .iter()
        .find_map(|group| Some(manifest.get(group)?.get(PACKAGE)?.as_str()?.to_owned()))
}

/// The version that an install would choose: our default where the range lets it in, else the range's lowest.
fn version_in_range(range: &str) -> Option<String> {
    let default = Kit::default().version;
    let range = range.trim_start_matches("npm:").trim_start_matches("drizzle-kit@");
    let parsed = Range::parse(range).ok()?;
    if Version::parse(&default).is_ok_and(|version| parsed.satisfies(&version)) {
        return Some(default);
    }
    parsed.min_version().map(|version| version.to_string())
}

/// npm: the nearest `node_modules/drizzle-kit` at or above the package; version 1 of the format knows one only.
fn in_package_lock(text: &str, relative: &str, _range: Option<&str>) -> Option<String> {
    let lock: Value = serde_json::from_str(text).ok()?;
    let version = |entry: &Value| Some(entry.get("version")?.as_str()?.to_owned());
    if let Some(packages) = lock.get("packages") {
        let nearest = Path::new(relative).ancestors().find_map(|above| {
            let above = above.to_string_lossy();
            let prefix = if above.is_empty() || above == "." { String::new() } else { format!("{above}/") };
            packages.get(format!("{prefix}node_modules/{PACKAGE}")).and_then(version)
        });
        return nearest;
    }
    lock.get("dependencies")?.get(PACKAGE).and_then(version)
}

/// pnpm: what the package's own importer names, else the first entry. Read by its lines: it is always written one way.
fn in_pnpm_lock(text: &str, relative: &str, _range: Option<&str>) -> Option<String> {
    let unquoted = |text: &str| text.trim().trim_matches(['\'', '"']).to_owned();
    let bare = |version: &str| {
        let version = unquoted(version);
        version.split(['(', '_']).next().unwrap_or_default().to_owned()
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut importer = String::new();
    let mut inside = false;
    let mut in_entry = false;
    let mut fallback = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let content = line.trim();
        match indent(line) {
            0 => inside = content == "importers:",
            2 if inside => importer = unquoted(content.trim_end_matches(':')),
            _ => {}
        }
        // Before there were workspaces in the file, the root's dependencies stood at the top.
        let of_package = !inside || importer == relative;
        if let Some(value) = content.strip_prefix("drizzle-kit:") {
            in_entry = value.trim().is_empty();
            if !value.trim().is_empty() && of_package {
                return Some(bare(value));
            }
        } else if in_entry && of_package && inside && content.starts_with("version:") {
            return Some(bare(&content["version:".len()..]));
        } else if in_entry && !content.starts_with("specifier:") && !content.starts_with("version:") {
            in_entry = false;
        }
        if fallback.is_none() {
            let key = unquoted(content.trim_end_matches(':'));
            let key = key.trim_start_matches('/');
            let version = key.strip_prefix("drizzle-kit@").or_else(|| key.strip_prefix("drizzle-kit/"));
            fallback = version.map(bare);
        }
    }
    fallback
}

/// yarn, classic and modern: the entry whose key holds the wanted range, else the first.
fn in_yarn_lock(text: &str, _relative: &str, range: Option<&str>) -> Option<String> {
    let mut entries = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let key = line.trim_start_matches('"');
        if !key.starts_with("drizzle-kit@") {
            continue;
        }
        let version = lines
            .by_ref()
            .map(str::trim)
            .take_while(|line| !line.is_empty())
            .find_map(|line| line.strip_prefix("version"))
            .map(|version| version.trim_matches([':', ' ', '"']).to_owned());
        entries.extend(version.map(|version| (key.trim_end_matches(['"', ':']).to_owned(), version)));
    }
    let wanted = |key: &str| {
        key.split(", ").any(|specifier| {
            let specifier = specifier.trim_matches('"').trim_start_matches("drizzle-kit@");
            Some(specifier.trim_start_matches("npm:")) == range
        })
    };
    entries.iter().find(|(key, _)| wanted(key)).or(entries.first()).map(|(_, version)| version.clone())
}

/// bun: `packages` maps a path of names to `["drizzle-kit@0.31.4", ...]`.
fn in_bun_lock(text: &str, relative: &str, _range: Option<&str>) -> Option<String> {
    let lock: Value = jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()).ok()?;
    let packages = lock.get("packages")?;
    let workspace = if relative == "." { "" } else { relative };
    let name = lock.get("workspaces").and_then(|all| all.get(workspace)?.get("name")?.as_str());
    let own = name.and_then(|name| packages.get(format!("{name}/{PACKAGE}")));
    let entry = own.or_else(|| packages.get(PACKAGE))?;
    Some(entry.get(0)?.as_str()?.strip_prefix("drizzle-kit@")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::MemoryFiles;

    fn detected(files: &[(&str, &str)], given: Option<&str>) -> String {
        let mut memory = MemoryFiles::default();
        for (path, text) in files {
            memory.insert(*path, *text);
        }
        let kit = detect(Path::new("/repo/packages/db"), given, &memory);
        format!("{} {}", kit.version, kit.source)
    }

    const MANIFEST: (&str, &str) =
        ("/repo/packages/db/package.json", r#"{"name": "@app/db", "devDependencies": {"drizzle-kit": "^0.30.1"}}"#);

    #[test]
    fn the_nearest_evidence_wins() {
        let root = ("/repo/node_modules/drizzle-kit/package.json", r#"{"version": "0.31.4"}"#);
        let own = ("/repo/packages/db/node_modules/drizzle-kit/package.json", r#"{"version": "1.0.0-rc.5"}"#);
        assert_eq!(detected(&[root, own, MANIFEST], None), "1.0.0-rc.5 node_modules");
        assert_eq!(detected(&[root, MANIFEST], None), "0.31.4 node_modules");
        assert_eq!(detected(&[root, MANIFEST], Some("0.28.0")), "0.28.0 --kit-version");
        assert_eq!(detected(&[MANIFEST], None), "0.30.1 package.json");
        assert_eq!(detected(&[], None), "0.31.11 default");
    }

    #[test]
    fn ranges_mean_what_an_install_would_choose() {
        for (range, expected) in [
            ("^0.31.0", "0.31.11 package.json"),
            ("*", "0.31.11 package.json"),
            ("0.20.14", "0.20.14 package.json"),
            ("^1.0.0-beta.2", "1.0.0-beta.2 package.json"),
            (">=0.28.0", "0.31.11 package.json"),
            ("catalog:", "0.31.11 default"),
            ("latest", "0.31.11 default"),
            ("workspace:*", "0.31.11 default"),
        ] {
            let manifest = format!(r#"{{"dependencies": {{"drizzle-kit": "{range}"}}}}"#);
            assert_eq!(detected(&[("/repo/package.json", &manifest)], None), expected, "{range}");
        }
    }

    #[test]
    fn lockfiles_of_every_kind_are_read() {
        for (name, text, expected) in [
            (
                "package-lock.json",
                r#"{"lockfileVersion": 3, "packages": {"node_modules/drizzle-kit": {"version": "0.31.1"}}}"#,
                "0.31.1",
            ),
            (
                "package-lock.json",
                r#"{"packages": {"node_modules/drizzle-kit": {"version": "0.31.1"},
                    "packages/db/node_modules/drizzle-kit": {"version": "0.31.2"}}}"#,
                "0.31.2",
            ),
            ("package-lock.json", r#"{"dependencies": {"drizzle-kit": {"version": "0.19.3"}}}"#, "0.19.3"),
            (
                "pnpm-lock.yaml",
                "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    devDependencies:\n      drizzle-kit:\n        specifier: ^0.31.0\n        version: 0.31.3\n\n  packages/db:\n    devDependencies:\n      drizzle-kit:\n        specifier: ^0.30.1\n        version: 0.30.4(pg@8.0.0)\n\npackages:\n\n  drizzle-kit@0.31.3:\n    resolution: {}\n",
                "0.30.4",
            ),
            (
                "pnpm-lock.yaml",
                "lockfileVersion: '6.0'\n\nimporters:\n\n  apps/web:\n    dependencies:\n      drizzle-kit:\n        specifier: ^0.20.0\n        version: 0.20.1\n\npackages:\n\n  /drizzle-kit@0.20.1:\n    resolution: {}\n",
                "0.20.1",
            ),
            ("pnpm-lock.yaml", "lockfileVersion: 5.4\n\ndevDependencies:\n  drizzle-kit: 0.19.1_abc\n", "0.19.1"),
            (
                "yarn.lock",
                "drizzle-kit@^0.31.0:\n  version \"0.31.5\"\n  resolved \"x\"\n\ndrizzle-kit@^0.30.1, drizzle-kit@^0.30.4:\n  version \"0.30.6\"\n",
                "0.30.6",
            ),
            ("yarn.lock", "\"drizzle-kit@npm:^0.30.1\":\n  version: 0.30.5\n  resolution: \"x\"\n", "0.30.5"),
            (
                "bun.lock",
                "{\n \"lockfileVersion\": 1,\n \"workspaces\": {\"packages/db\": {\"name\": \"@app/db\",},},\n \"packages\": {\n \"drizzle-kit\": [\"drizzle-kit@0.31.7\", \"\", {}, \"sha\"],\n },\n}",
                "0.31.7",
            ),
            (
                "bun.lock",
                "{\"workspaces\": {\"packages/db\": {\"name\": \"@app/db\"}}, \"packages\": {\"drizzle-kit\": [\"drizzle-kit@0.31.7\"], \"@app/db/drizzle-kit\": [\"drizzle-kit@0.30.2\"]}}",
                "0.30.2",
            ),
        ] {
            let path = format!("/repo/{name}");
            assert_eq!(detected(&[(&path, text), MANIFEST], None), format!("{expected} {name}"), "{text}");
        }
        for (name, _) in LOCKFILES {
            assert_eq!(detected(&[(&format!("/repo/{name}"), "{ broken: ["), MANIFEST], None), "0.30.1 package.json");
        }
    }
}
