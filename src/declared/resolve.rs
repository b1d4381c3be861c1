//! Which file a module specifier means: relative paths, tsconfig paths, workspace packages, node_modules.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use globset::GlobBuilder;
use serde_json::Value as Json;

use crate::text::{FilePath, Files, absolute};

/// What may be left out of a specifier, first choice first.
const EXTENSIONS: &[&str] = &["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "json"];

/// Written extensions and the sources they may stand for.
const SOURCES: &[(&str, &[&str])] = &[("js", &["ts", "tsx"]), ("jsx", &["tsx"]), ("mjs", &["mts"]), ("cjs", &["cts"])];

/// Conditions of package.json `exports` and `imports` that hold, besides `default`.
const CONDITIONS: &[&str] =
    &["import", "node", "require", "development", "bun", "source", "typescript", "@app/source", "types"];

/// Resolves specifiers, and remembers what it read on the way.
#[derive(Default)]
pub(super) struct Resolver {
    configs: HashMap<PathBuf, Option<Rc<PathAliases>>>,
    packages: HashMap<PathBuf, Option<Rc<Json>>>,
    workspaces: HashMap<PathBuf, Rc<HashMap<String, PathBuf>>>,
    resolved: HashMap<(PathBuf, String), Option<FilePath>>,
}

/// `baseUrl` and `paths` of a tsconfig with what it extends.
#[derive(Clone, Default)]
struct PathAliases {
    base: Option<PathBuf>,
    paths: Vec<(String, Vec<PathBuf>)>,
}

impl Resolver {
    /// The file that `specifier` means in `from`; `None` where there is none.
    pub fn resolve(&mut self, files: &dyn Files, from: &FilePath, specifier: &str) -> Option<FilePath> {
        let folder = from.as_path().parent()?.to_path_buf();
        let key = (folder, specifier.to_owned());
        if let Some(known) = self.resolved.get(&key) {
            return known.clone();
        }
        let found = self.find(files, &key.0, specifier).map(FilePath::new);
        self.resolved.insert(key, found.clone());
        found
    }

    fn find(&mut self, files: &dyn Files, folder: &Path, specifier: &str) -> Option<PathBuf> {
        let specifier = specifier.split(['?']).next().unwrap_or(specifier);
        if specifier.starts_with("./") || specifier.starts_with("../") || matches!(specifier, "." | "..") {
            return source(files, &join(folder, specifier));
        }
        if specifier.starts_with('/') {
            return source(files, &absolute(Path::new(""), specifier));
        }
        if let Some(found) = self.aliased(files, folder, specifier) {
            return Some(found);
        }
        if specifier.starts_with('#') {
            return self.package_import(files, folder, specifier);
        }
        let (name, rest) = package_of(specifier)?;
        for ancestor in folder.ancestors() {
            if let Some(found) = self.in_package(files, &ancestor.join("node_modules").join(name), rest) {
                return Some(found);
            }
        }
        for ancestor in folder.ancestors() {
            // A package may name itself, or a sibling of its workspace.
            if self.package(files, ancestor).is_some_and(|json| json["name"] == name)
                && let Some(found) = self.in_package(files, ancestor, rest)
            {
                return Some(found);
            }
            let members = self.workspace(files, ancestor);
            if let Some(member) = members.get(name) {
                return self.in_package(files, &member.clone(), rest);
            }
        }
        None
    }

    fn aliased(&mut self, files: &dyn Files, folder: &Path, specifier: &str) -> Option<PathBuf> {
        for ancestor in folder.ancestors() {
            for name in ["tsconfig.json", "jsconfig.json"] {
                let Some(config) = self.config(files, &ancestor.join(name), 0) else { continue };
                for (pattern, targets) in &config.paths {
                    let Some(star) = matched(pattern, specifier) else { continue };
                    for target in targets {
                        let target = target.to_string_lossy().replace('*', star);
                        if let Some(found) = source(files, &absolute(Path::new(""), &target)) {
                            return Some(found);
                        }
                    }
                }
                if let Some(base) = &config.base
                    && let Some(found) = source(files, &join(base, specifier))
                {
                    return Some(found);
                }
            }
        }
        None
    }

    fn config(&mut self, files: &dyn Files, path: &Path, depth: u32) -> Option<Rc<PathAliases>> {
        if let Some(known) = self.configs.get(path) {
            return known.clone();
        }
        let config = self.read_config(files, path, depth).map(Rc::new);
        self.configs.insert(path.to_owned(), config.clone());
        config
    }

    fn read_config(&mut self, files: &dyn Files, path: &Path, depth: u32) -> Option<PathAliases> {
        if depth > 8 {
            return None;
        }
        let json = parse_json(&files.read(path)?)?;
        let folder = path.parent()?;
        let mut aliases = PathAliases::default();
        let extended = match &json["extends"] {
            Json::String(one) => vec![one.clone()],
            Json::Array(several) => several.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        for parent in extended {
            let Some(parent) = self.extended(files, folder, &parent) else { continue };
            if let Some(inherited) = self.config(files, &parent, depth + 1) {
                if inherited.base.is_some() {
                    aliases.base.clone_from(&inherited.base);
                }
                if !inherited.paths.is_empty() {
                    aliases.paths.clone_from(&inherited.paths);
                }
            }
        }
        // A solution's tsconfig only refers to the ones that have the paths.
        for reference in json["references"].as_array().into_iter().flatten() {
            let Some(reference) = reference["path"].as_str().map(|path| join(folder, path)) else { continue };
            let reference = if files.is_file(&reference) { reference } else { reference.join("tsconfig.json") };
            if reference.parent() == Some(folder)
                && let Some(referred) = self.config(files, &reference, depth + 1)
                && aliases.paths.is_empty()
            {
                aliases.paths.clone_from(&referred.paths);
            }
        }
        let options = &json["compilerOptions"];
        if let Some(base) = options["baseUrl"].as_str() {
            aliases.base = Some(join(folder, base));
        }
        if let Some(paths) = options["paths"].as_object() {
            let base = aliases.base.clone().unwrap_or_else(|| folder.to_owned());
            aliases.paths = paths
                .iter()
                .map(|(pattern, targets)| {
                    let targets = targets.as_array().into_iter().flatten();
                    (pattern.clone(), targets.filter_map(Json::as_str).map(|target| base.join(target)).collect())
                })
                .collect();
            // The longest prefix wins.
            aliases.paths.sort_by_key(|(pattern, _)| {
                (pattern.contains('*'), std::cmp::Reverse(pattern.find('*').unwrap_or(pattern.len())))
            });
        }
        Some(aliases)
    }

    fn extended(&mut self, files: &dyn Files, folder: &Path, parent: &str) -> Option<PathBuf> {
        let file = |path: PathBuf| {
            let with_extension = PathBuf::from(format!("{}.json", path.display()));
            [path.clone(), with_extension, path.join("tsconfig.json")].into_iter().find(|path| files.is_file(path))
        };
        if parent.starts_with('.') || parent.starts_with('/') {
            return file(join(folder, parent));
        }
        let (name, rest) = package_of(parent)?;
        for ancestor in folder.ancestors() {
            let in_modules = ancestor.join("node_modules").join(name);
            let member = self.workspace(files, ancestor).get(name).cloned();
            for package in [Some(in_modules), member].into_iter().flatten() {
                if let Some(found) = file(join(&package, rest)) {
                    return Some(found);
                }
            }
        }
        None
    }

    fn package(&mut self, files: &dyn Files, folder: &Path) -> Option<Rc<Json>> {
        if let Some(known) = self.packages.get(folder) {
            return known.clone();
        }
        let json = files.read(&folder.join("package.json")).and_then(|text| parse_json(&text)).map(Rc::new);
        self.packages.insert(folder.to_owned(), json.clone());
        json
    }

    fn package_import(&mut self, files: &dyn Files, folder: &Path, specifier: &str) -> Option<PathBuf> {
        for ancestor in folder.ancestors() {
            if let Some(json) = self.package(files, ancestor) {
                return mapped(files, ancestor, &json["imports"], specifier);
            }
        }
        None
    }

    /// The file that `rest` (empty or a path) means in the package at `package`.
    fn in_package(&mut self, files: &dyn Files, package: &Path, rest: &str) -> Option<PathBuf> {
        if !files.is_directory(package) {
            return None;
        }
        let json = self.package(files, package);
        if let Some(json) = &json {
            let exports = &json["exports"];
            let subpath = if rest.is_empty() { ".".to_owned() } else { format!("./{rest}") };
            match exports {
                Json::String(_) if rest.is_empty() => {
                    if let Some(found) = target(files, package, exports, "") {
                        return Some(found);
                    }
                }
                Json::Object(map) if map.keys().any(|key| key.starts_with('.')) => {
                    if let Some(found) = mapped(files, package, exports, &subpath) {
                        return Some(found);
                    }
                }
                Json::Object(_) if rest.is_empty() => {
                    if let Some(found) = target(files, package, exports, "") {
                        return Some(found);
                    }
                }
                _ => {}
            }
            if rest.is_empty() {
                for field in ["module", "main", "types"] {
                    if let Some(entry) = json[field].as_str()
                        && let Some(found) = built_or_source(files, package, entry)
                    {
                        return Some(found);
                    }
                }
            }
        }
        if rest.is_empty() {
            return source(files, package).or_else(|| source(files, &package.join("src")));
        }
        source(files, &join(package, rest)).or_else(|| source(files, &join(&package.join("src"), rest)))
    }

    /// The packages of the workspace whose root is `root`, by name; none where it is no root.
    fn workspace(&mut self, files: &dyn Files, root: &Path) -> Rc<HashMap<String, PathBuf>> {
        if let Some(known) = self.workspaces.get(root) {
            return known.clone();
        }
        let mut members = HashMap::new();
        for pattern in self.workspace_patterns(files, root) {
            for folder in folders(files, root, &pattern) {
                let name = self.package(files, &folder).and_then(|json| json["name"].as_str().map(str::to_owned));
                if let Some(name) = name {
                    members.entry(name).or_insert(folder);
                }
            }
        }
        let members = Rc::new(members);
        self.workspaces.insert(root.to_owned(), members.clone());
        members
    }

    fn workspace_patterns(&mut self, files: &dyn Files, root: &Path) -> Vec<String> {
        let mut patterns = Vec::new();
        if let Some(json) = self.package(files, root) {
            let listed = match &json["workspaces"] {
                Json::Object(workspaces) => workspaces.get("packages").cloned().unwrap_or_default(),
                other => other.clone(),
            };
            patterns.extend(listed.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned));
        }
        if let Some(yaml) = files.read(&root.join("pnpm-workspace.yaml")) {
            patterns.extend(pnpm_packages(&yaml));
        }
        patterns
    }
}

/// The list under `packages:` of a pnpm-workspace.yaml.
fn pnpm_packages(yaml: &str) -> Vec<String> {
    let unquoted = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let mut packages = Vec::new();
    let mut inside = false;
    for line in yaml.lines() {
        let content = line.split(" #").next().unwrap_or(line).trim_end();
        if let Some(rest) = content.strip_prefix("packages:") {
            inside = true;
            if let Some(list) = rest.trim().strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
                packages.extend(list.split(',').map(unquoted));
            }
        } else if inside && let Some(item) = content.trim_start().strip_prefix("- ") {
            packages.push(unquoted(item));
        } else if !content.is_empty() && !content.starts_with([' ', '#', '-']) {
            inside = false;
        }
    }
    packages
}

/// The folders under `root` that match a workspace pattern.
fn folders(files: &dyn Files, root: &Path, pattern: &str) -> Vec<PathBuf> {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    if pattern.starts_with('!') {
        return Vec::new();
    }
    let mut found = vec![root.to_owned()];
    for segment in pattern.split('/') {
        let mut next = Vec::new();
        for folder in found {
            if segment == "**" {
                next.push(folder.clone());
                descend(files, &folder, 4, &mut next);
            } else if segment.contains(['*', '?', '{', '[']) {
                let Ok(glob) = GlobBuilder::new(segment).literal_separator(true).build() else { continue };
                let matcher = glob.compile_matcher();
                next.extend(files.entries(&folder).into_iter().filter(|entry| {
                    entry.file_name().is_some_and(|name| matcher.is_match(name)) && files.is_directory(entry)
                }));
            } else {
                next.push(folder.join(segment));
            }
        }
        found = next;
    }
    found
}

fn descend(files: &dyn Files, folder: &Path, depth: u32, found: &mut Vec<PathBuf>) {
    if depth == 0 {
        return;
    }
    for entry in files.entries(folder) {
        let hidden =
            entry.file_name().is_some_and(|name| name == "node_modules" || name.to_string_lossy().starts_with('.'));
        if !hidden && files.is_directory(&entry) {
            found.push(entry.clone());
            descend(files, &entry, depth - 1, found);
        }
    }
}

/// `@scope/name/rest` as (`@scope/name`, `rest`).
fn package_of(specifier: &str) -> Option<(&str, &str)> {
    let bare = specifier.strip_prefix("workspace:").unwrap_or(specifier);
    let slash = if bare.starts_with('@') {
        let scope = bare.find('/')?;
        bare[scope + 1..].find('/').map(|at| scope + 1 + at)
    } else {
        bare.find('/')
    };
    Some(match slash {
        Some(at) => (&bare[..at], &bare[at + 1..]),
        None => (bare, ""),
    })
}

/// What the `*` of `pattern` stands for in `text`; empty where there is none and they are equal.
fn matched<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
    match pattern.split_once('*') {
        None => (pattern == text).then_some(""),
        Some((before, after)) => {
            let rest = text.strip_prefix(before)?;
            rest.strip_suffix(after).filter(|_| text.len() >= before.len() + after.len())
        }
    }
}

/// The file that a map of `exports` or `imports` gives for `key`.
fn mapped(files: &dyn Files, package: &Path, map: &Json, key: &str) -> Option<PathBuf> {
    let map = map.as_object()?;
    if let Some(exact) = map.get(key) {
        return target(files, package, exact, "");
    }
    let mut patterns: Vec<_> = map.iter().filter(|(pattern, _)| pattern.contains('*')).collect();
    patterns.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.find('*')));
    patterns
        .into_iter()
        .find_map(|(pattern, value)| matched(pattern, key).and_then(|star| target(files, package, value, star)))
}

/// The first file that a target of `exports` names and that is there.
fn target(files: &dyn Files, package: &Path, value: &Json, star: &str) -> Option<PathBuf> {
    match value {
        Json::String(path) => built_or_source(files, package, &path.replace('*', star)),
        Json::Array(choices) => choices.iter().find_map(|choice| target(files, package, choice, star)),
        Json::Object(conditions) => conditions
            .iter()
            .filter(|(condition, _)| *condition == "default" || CONDITIONS.contains(&condition.as_str()))
            .chain(conditions.iter().filter(|(condition, _)| !CONDITIONS.contains(&condition.as_str())))
            .find_map(|(_, choice)| target(files, package, choice, star)),
        _ => None,
    }
}

/// The file at `path` of a package, or the source that it will be built from.
fn built_or_source(files: &dyn Files, package: &Path, path: &str) -> Option<PathBuf> {
    let is_types = path.ends_with(".d.ts") || path.ends_with(".d.mts") || path.ends_with(".d.cts");
    if !is_types && let Some(found) = source(files, &join(package, path)) {
        return Some(found);
    }
    let stem = [".d.ts", ".d.mts", ".d.cts", ".js", ".mjs", ".cjs"]
        .iter()
        .find_map(|extension| path.strip_suffix(extension))
        .unwrap_or(path);
    let stem = stem.trim_start_matches("./");
    let unbuilt = match stem.split_once('/') {
        Some(("dist" | "build" | "lib" | "out", rest)) => rest,
        _ if matches!(stem, "dist" | "build" | "lib" | "out") => "index",
        _ => return None,
    };
    let unbuilt = ["esm/", "cjs/", "types/"].iter().find_map(|folder| unbuilt.strip_prefix(folder)).unwrap_or(unbuilt);
    source(files, &join(&package.join("src"), unbuilt))
        .or_else(|| source(files, &join(package, unbuilt)))
        .filter(|found| !found.to_string_lossy().ends_with(".d.ts"))
}

/// The source file that `path` means: itself, with an extension, or its index.
fn source(files: &dyn Files, path: &Path) -> Option<PathBuf> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    if extension.is_some() && files.is_file(path) {
        return Some(path.to_owned());
    }
    if let Some((_, sources)) = SOURCES.iter().find(|(written, _)| Some(*written) == extension) {
        for extension in *sources {
            let candidate = path.with_extension(extension);
            if files.is_file(&candidate) {
                return Some(candidate);
            }
        }
    }
    let with_extension = |path: &Path| {
        EXTENSIONS.iter().find_map(|extension| {
            let candidate = PathBuf::from(format!("{}.{extension}", path.display()));
            files.is_file(&candidate).then_some(candidate)
        })
    };
    with_extension(path).or_else(|| if files.is_directory(path) { with_extension(&path.join("index")) } else { None })
}

fn join(folder: &Path, path: &str) -> PathBuf {
    absolute(folder, path)
}

fn parse_json(text: &str) -> Option<Json> {
    jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()).ok()
}
