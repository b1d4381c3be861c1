//! What a file imports, and what it has to import as well.

use std::path::{Component, Path, PathBuf};

use super::names::{free_name, has_word};
use super::scan;
use super::style::{Style, quoted};
use crate::declared::{Import, SourceFile};
use crate::text::{FilePath, Span, TextEdit};

/// The imports of one file while code for it is written.
#[derive(Debug)]
pub(super) struct Imports<'a> {
    file: &'a FilePath,
    text: &'a str,
    imports: &'a [Import],
    /// Module, imported name, local name.
    wanted: Vec<(String, String, String)>,
}

impl<'a> Imports<'a> {
    pub fn of(file: &'a FilePath, source: &'a SourceFile) -> Self {
        Self { file, text: source.document.text(), imports: &source.imports, wanted: Vec::new() }
    }

    /// The expression for `name` of `module`, which is imported where it is not yet.
    pub fn name(&mut self, module: &str, name: &str) -> String {
        self.resolve(module, name, |import| import.module == module)
    }

    /// Likewise for a type.
    pub fn type_name(&mut self, module: &str, name: &str) -> String {
        if let Some(present) = self.present(name, |import| import.module == module, true) {
            return present;
        }
        let wanted = format!("type {name}");
        if !self.wanted.iter().any(|(_, imported, _)| *imported == wanted) {
            self.wanted.push((module.to_owned(), wanted, name.to_owned()));
        }
        name.to_owned()
    }

    /// The expression for `name`, which `target` exports.
    pub fn export_of(&mut self, target: &FilePath, name: &str) -> String {
        let file = self.file;
        let leads = |import: &Import| leads_to(file, &import.module, target, import, name);
        if let Some(present) = self.present(name, leads, false) {
            return present;
        }
        let known = self.imports.iter().find(|import| !import.type_only && leads_by_path(file, &import.module, target));
        let module = known.map_or_else(|| self.relative(target), |import| import.module.clone());
        self.want(&module, name)
    }

    fn resolve(&mut self, module: &str, name: &str, from: impl Fn(&Import) -> bool) -> String {
        match self.present(name, from, false) {
            Some(present) => present,
            None => self.want(module, name),
        }
    }

    fn present(&self, name: &str, from: impl Fn(&Import) -> bool, types: bool) -> Option<String> {
        let imports = || self.imports.iter().filter(|import| (types || !import.type_only) && from(import));
        let named = imports().flat_map(|import| &import.names).find(|(imported, _)| imported == name);
        named.map(|(_, local)| local.clone()).or_else(|| {
            imports().find_map(|import| import.namespace.as_ref()).map(|namespace| format!("{namespace}.{name}"))
        })
    }

    fn want(&mut self, module: &str, name: &str) -> String {
        if let Some((.., local)) = self.wanted.iter().find(|(wanted, imported, _)| wanted == module && imported == name)
        {
            return local.clone();
        }
        let local = free_name(name, "_", |candidate| self.is_local(candidate));
        self.wanted.push((module.to_owned(), name.to_owned(), local.clone()));
        local
    }

    /// Whether the file gives `name` a meaning of its own.
    pub fn is_local(&self, name: &str) -> bool {
        let declared = ["const", "let", "var", "function", "class", "enum", "type", "interface"]
            .iter()
            .any(|keyword| has_word(self.text, &format!("{keyword} {name}")));
        declared
            || self.imports.iter().any(|import| {
                import.namespace.as_deref() == Some(name) || import.names.iter().any(|(_, local)| local == name)
            })
            || self.wanted.iter().any(|(.., local)| local == name)
    }

    /// `./users`, with an extension where the file's other relative imports have one.
    fn relative(&self, target: &FilePath) -> String {
        let extension = self.imports.iter().find(|import| import.module.starts_with('.')).and_then(|import| {
            [".js", ".ts", ".mjs", ".mts"].into_iter().find(|extension| import.module.ends_with(extension))
        });
        let folder = self.file.as_path().parent().unwrap_or(Path::new("/"));
        let mut from = folder.components().peekable();
        let mut to = target.as_path().components().peekable();
        while from.peek().is_some() && from.peek() == to.peek() {
            from.next();
            to.next();
        }
        let mut path = PathBuf::from(if from.peek().is_none() { "." } else { "" });
        path.extend(from.map(|_| ".."));
        path.extend(to);
        let path = path.components().map(text_of).collect::<Vec<_>>().join("/");
        format!("{}{}", without_extension(&path), extension.unwrap_or_default())
    }

    /// The edits that import what is wanted.
    pub fn edits(&self, style: &Style) -> Vec<TextEdit> {
        let mut modules: Vec<&str> = self.wanted.iter().map(|(module, ..)| module.as_str()).collect();
        modules.dedup();
        let mut edits: Vec<TextEdit> = Vec::new();
        let mut lines = Vec::new();
        let mut done: Vec<&str> = Vec::new();
        for module in modules {
            if done.contains(&module) {
                continue;
            }
            done.push(module);
            let names: Vec<String> = self
                .wanted
                .iter()
                .filter(|(wanted, ..)| wanted == module)
                .map(|(_, name, local)| {
                    if name == local || name.starts_with("type ") { name.clone() } else { format!("{name} as {local}") }
                })
                .collect();
            let braces = self
                .imports
                .iter()
                .find(|import| import.module == module && !import.type_only && import.braces.is_some())
                .and_then(|import| import.braces);
            match braces {
                Some(braces) => edits.extend(scan::append(self.text, braces, &names, &style.unit)),
                None => lines.push(format!(
                    "import {{ {} }} from {}{}",
                    names.join(", "),
                    quoted(module, style.quote),
                    style.semicolon
                )),
            }
        }
        if !lines.is_empty() {
            edits.push(self.new_lines(&lines, style));
        }
        edits
    }

    fn new_lines(&self, lines: &[String], style: &Style) -> TextEdit {
        let block = lines.join(style.newline);
        match self.imports.last() {
            Some(last) => {
                let end = line_end(self.text, last.span);
                TextEdit { span: Span::empty(end), text: format!("{}{block}", style.newline) }
            }
            None => {
                let gap = if self.text.trim().is_empty() { "" } else { style.newline };
                TextEdit { span: Span::empty(0), text: format!("{block}{}{gap}", style.newline) }
            }
        }
    }
}

/// Where the line ends on which `span` ends, before its line break.
pub(super) fn line_end(text: &str, span: Span) -> usize {
    let rest = text.get(span.end..).unwrap_or_default();
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let tail = line.trim_end_matches('\r');
    // Another statement on the same line stays where it is, behind what is inserted.
    let comment = tail.trim_start_matches([' ', '\t', ';']);
    let whole = comment.is_empty() || comment.starts_with("//") || comment.starts_with("/*");
    let semicolon = tail.len() - tail.trim_start_matches(';').len();
    span.end + if whole { tail.len() } else { semicolon }
}

fn text_of(component: Component<'_>) -> String {
    component.as_os_str().to_string_lossy().into_owned()
}

fn without_extension(path: &str) -> &str {
    [".d.ts", ".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx"]
        .iter()
        .find_map(|extension| path.strip_suffix(extension))
        .unwrap_or(path)
}

/// Whether `module`, imported by `file`, is `target`, as far as its path tells.
pub(super) fn leads_by_path(file: &FilePath, module: &str, target: &FilePath) -> bool {
    if !module.starts_with('.') {
        return false;
    }
    let mut path = file.as_path().parent().unwrap_or(Path::new("/")).to_path_buf();
    for component in Path::new(without_extension(module)).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    let target = target.as_path().to_string_lossy();
    let target = without_extension(&target);
    Path::new(target) == path || Path::new(target) == path.join("index")
}

/// Whether `import` brings `name` from `target`: by its path, or because a module that is no package by its looks (an
/// alias, a barrel) brings just this name.
fn leads_to(file: &FilePath, module: &str, target: &FilePath, import: &Import, name: &str) -> bool {
    leads_by_path(file, module, target)
        || (!module.starts_with("drizzle-orm") && import.names.iter().any(|(imported, _)| imported == name))
}
