//! Parses a file's islands, and keeps them for the next parse of the file.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use tree_sitter::Parser;

use super::cut::{Brackets, cut};
use super::lower::Lowering;
use super::mask::{without_type_arguments, without_type_imports};
use super::tree::{Island, Pattern, StatementKind};
use super::{Name, Names};
use crate::text::FilePath;

/// How many islands may be one statement, where keywords stand at column 0 inside it.
const MAX_JOINED: usize = 400;

/// A file as islands.
#[derive(Debug, Default)]
pub struct ParsedFile {
    /// Its text.
    pub text: Arc<str>,
    /// Its islands and where each starts. Joined they are the text.
    pub islands: Vec<(usize, Arc<Island>)>,
}

/// The parsers, the names they met, and every file's last islands.
#[derive(Default)]
pub struct Syntax {
    /// The names in all trees from here.
    pub names: Names,
    typescript: Option<Parser>,
    tsx: Option<Parser>,
    files: HashMap<FilePath, Arc<ParsedFile>>,
}

impl std::fmt::Debug for Syntax {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Syntax").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

fn is_tsx(file: &FilePath) -> bool {
    file.as_path().extension().is_some_and(|extension| extension == "tsx" || extension == "jsx")
}

impl Syntax {
    /// The islands of `file`, whose text is `text`. What has not changed since the last call is not parsed again.
    pub fn parse(&mut self, file: &FilePath, text: &Arc<str>) -> Arc<ParsedFile> {
        let old = self.files.get(file).cloned();
        if let Some(old) = &old
            && (Arc::ptr_eq(&old.text, text) || old.text == *text)
        {
            return old.clone();
        }
        let parsed = Arc::new(self.parse_anew(text, is_tsx(file), old.as_deref()));
        self.files.insert(file.clone(), parsed.clone());
        parsed
    }

    fn parse_anew(&mut self, text: &Arc<str>, tsx: bool, old: Option<&ParsedFile>) -> ParsedFile {
        let pieces = cut(text);
        let old = old.map_or(&[][..], |old| old.islands.as_slice());
        let mut islands = Vec::with_capacity(pieces.len());
        let (kept, from) = unchanged_start(text, &pieces, old);
        islands.extend(old[..kept].iter().cloned());
        let (kept_end, to) = unchanged_end(text, &pieces, &old[kept..], from);
        let replaced = &old[kept..old.len() - kept_end];
        let mut broken = 0;
        let mut index = pieces.partition_point(|piece| piece.start < from);
        while index < pieces.len() && pieces[index].start < to {
            let (island, next) = self.island(text, &pieces, index, tsx);
            broken += usize::from(island.broken);
            islands.push((pieces[index].start, island));
            index = next;
        }
        if broken > 0 {
            keep_last_good(&mut islands[kept..], replaced);
        }
        let tail = pieces.get(index).map_or(text.len(), |piece| piece.start);
        if tail == to {
            let mut offset = to;
            for (_, island) in &old[old.len() - kept_end..] {
                islands.push((offset, island.clone()));
                offset += island.text.len();
            }
        } else {
            // A join reached into the unchanged end: parse the rest too.
            while index < pieces.len() {
                let (island, next) = self.island(text, &pieces, index, tsx);
                islands.push((pieces[index].start, island));
                index = next;
            }
        }
        ParsedFile { text: text.clone(), islands }
    }

    /// The island that starts with piece `index`, and the index of the piece after it.
    fn island(&mut self, text: &str, pieces: &[Range<usize>], index: usize, tsx: bool) -> (Arc<Island>, usize) {
        let start = pieces[index].start;
        let alone = self.parse_island(&text[start..pieces[index].end], tsx);
        if !alone.broken {
            return (alone, index + 1);
        }
        let mut brackets = Brackets::default();
        for (next, piece) in pieces.iter().enumerate().skip(index).take(MAX_JOINED) {
            brackets.feed(&text[piece.clone()]);
            if brackets.is_closed() {
                if next > index {
                    let joined = self.parse_island(&text[start..piece.end], tsx);
                    if !joined.broken {
                        return (joined, next + 1);
                    }
                }
                break;
            }
        }
        (alone, index + 1)
    }

    fn parse_island(&mut self, text: &str, tsx: bool) -> Arc<Island> {
        let plain = without_type_arguments(text);
        let island = self.parse_text(&plain, text, tsx);
        if island.broken
            && let Some(masked) = without_type_imports(&plain)
        {
            let masked = self.parse_text(&masked, text, tsx);
            if !masked.broken {
                return Arc::new(masked);
            }
        }
        Arc::new(island)
    }

    /// Parses `parsed`, which stands for `text`, byte by byte.
    fn parse_text(&mut self, parsed: &str, text: &str, tsx: bool) -> Island {
        let (slot, language) = if tsx {
            (&mut self.tsx, tree_sitter_typescript::LANGUAGE_TSX)
        } else {
            (&mut self.typescript, tree_sitter_typescript::LANGUAGE_TYPESCRIPT)
        };
        let parser = slot.get_or_insert_with(|| {
            let mut parser = Parser::new();
            // Fails only where grammar and runtime differ in their ABI; every island is then broken.
            let _ = parser.set_language(&language.into());
            parser
        });
        let tree = parser.parse(parsed, None);
        let mut lowering = Lowering {
            text: parsed,
            names: &mut self.names,
            expressions: Vec::new(),
            functions: Vec::new(),
            classes: Vec::new(),
            depth: 0,
        };
        let broken = tree.as_ref().is_none_or(|tree| tree.root_node().has_error());
        let statements = match &tree {
            Some(tree) if !broken => lowering.statements(tree.root_node()),
            _ => Box::default(),
        };
        Island {
            text: text.into(),
            statements,
            expressions: lowering.expressions,
            functions: lowering.functions,
            classes: lowering.classes,
            broken,
            last_good: None,
        }
    }
}

/// How many islands of `old` still stand at the start of `text`, and where they end.
fn unchanged_start(text: &str, pieces: &[Range<usize>], old: &[(usize, Arc<Island>)]) -> (usize, usize) {
    let mut end = 0;
    for (index, (_, island)) in old.iter().enumerate() {
        let next = end + island.text.len();
        let whole = next == text.len() || pieces.binary_search_by_key(&next, |piece| piece.start).is_ok();
        if island.broken || !whole || text.get(end..next) != Some(&*island.text) {
            return (index, end);
        }
        end = next;
    }
    (old.len(), end)
}

/// How many islands of `old` still stand at the end of `text`, behind `from`, and where they start.
fn unchanged_end(text: &str, pieces: &[Range<usize>], old: &[(usize, Arc<Island>)], from: usize) -> (usize, usize) {
    let mut start = text.len();
    for (count, (_, island)) in old.iter().rev().enumerate() {
        let Some(before) = start.checked_sub(island.text.len()).filter(|before| *before >= from) else {
            return (count, start);
        };
        let whole = pieces.binary_search_by_key(&before, |piece| piece.start).is_ok();
        if island.broken || !whole || text.get(before..start) != Some(&*island.text) {
            return (count, start);
        }
        start = before;
    }
    (old.len(), start)
}

/// Gives each broken one of `islands` the last island that declared the same name, or stood alone in its place.
fn keep_last_good(islands: &mut [(usize, Arc<Island>)], replaced: &[(usize, Arc<Island>)]) {
    let good: Vec<Arc<Island>> = replaced
        .iter()
        .filter_map(|(_, island)| if island.broken { island.last_good.clone() } else { Some(island.clone()) })
        .collect();
    let single = islands.len() == 1 && good.len() == 1;
    for (_, island) in islands.iter_mut().filter(|(_, island)| island.broken) {
        let declared = declared_word(&island.text);
        let found = good
            .iter()
            .find(|good| declared.is_some() && declared_word(&good.text) == declared)
            .or(if single { good.first() } else { None });
        if let Some(good) = found {
            *island = Arc::new(Island {
                text: island.text.clone(),
                statements: Box::default(),
                expressions: Vec::new(),
                functions: Vec::new(),
                classes: Vec::new(),
                broken: true,
                last_good: Some(good.clone()),
            });
        }
    }
}

/// The name that a statement's text declares: `users` of `export const users = ...`.
pub(super) fn declared_word(text: &str) -> Option<&str> {
    const BEFORE: &[&str] =
        &["export", "default", "declare", "async", "abstract", "const", "let", "var", "function", "class", "enum"];
    text.split(|character: char| !(character.is_alphanumeric() || character == '_' || character == '$'))
        .filter(|word| !word.is_empty())
        .find(|word| !BEFORE.contains(word))
}

impl Island {
    /// The names that its statements bind.
    pub fn declared_names(&self) -> Vec<Name> {
        let mut names = Vec::new();
        for statement in &self.statements {
            match &statement.kind {
                StatementKind::Variables(declarators) => {
                    for declarator in declarators {
                        pattern_names(&declarator.pattern, &mut names);
                    }
                }
                StatementKind::Function(name, _) | StatementKind::Class(name, _) | StatementKind::Enum(name, _) => {
                    names.push(*name);
                }
                _ => {}
            }
        }
        names
    }
}

/// The names that `pattern` binds.
pub fn pattern_names(pattern: &Pattern, names: &mut Vec<Name>) {
    match pattern {
        Pattern::Name(name) => names.push(*name),
        Pattern::Object(bindings, rest) => {
            for binding in bindings {
                pattern_names(&binding.pattern, names);
            }
            names.extend(rest);
        }
        Pattern::Array(parts, rest) => {
            for (pattern, _) in parts.iter().flatten() {
                pattern_names(pattern, names);
            }
            names.extend(rest);
        }
        Pattern::Unsupported => {}
    }
}
