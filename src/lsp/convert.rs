//! Between the protocol's types and ours. Positions become bytes, and bytes positions, with a document at hand only.

use std::collections::HashMap;
use std::path::PathBuf;

use tower_lsp::gen_lsp_types as lsp;

use crate::ide::{Diagnostic, Hover, Lens, Related, Severity};
use crate::session::{OfferedAction, Pulled};
use crate::text::{Document, Encoding, FilePath, Position, PositionRange};

/// Which files an editor is asked to watch: what decides which project this is, what may be a schema file, and migrations.
const WATCHED: [&str; 8] = [
    "**/drizzle*.config.*",
    "**/.env*",
    "**/drizzle-drift.json",
    "**/drizzle-drift.ledger.json",
    "**/*.sql",
    "**/meta/_journal.json",
    "**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}",
    "**/{package,tsconfig}.json",
];

/// The scheme of the addresses at which the server itself has a page about each drift code.
pub(super) const PAGES: &str = "drizzle-drift";

/// Where the page about a drift code is.
fn page_uri(code: &str) -> Option<lsp::Uri> {
    lsp::Uri::parse(&format!("{PAGES}:/{code}.md")).ok()
}

/// The drift code whose page is at `uri`.
pub(super) fn code_of_page(uri: &lsp::Uri) -> Option<&str> {
    uri.path().strip_prefix('/')?.strip_suffix(".md").filter(|_| uri.scheme() == PAGES)
}

pub(super) fn watchers() -> lsp::DidChangeWatchedFilesRegistrationOptions {
    let watcher =
        |pattern: &str| lsp::FileSystemWatcher { glob_pattern: lsp::GlobPattern::Pattern(pattern.into()), kind: None };
    lsp::DidChangeWatchedFilesRegistrationOptions { watchers: WATCHED.into_iter().map(watcher).collect() }
}

pub(super) fn path(uri: &lsp::Uri) -> Option<PathBuf> {
    uri.to_file_path().ok()
}

pub(super) fn uri(path: &FilePath) -> Option<lsp::Uri> {
    lsp::Uri::from_file_path(path.as_path()).ok()
}

pub(super) fn position_from(position: lsp::Position) -> Position {
    Position { line: position.line, character: position.character }
}

pub(super) fn range_from(range: lsp::Range) -> PositionRange {
    PositionRange { start: position_from(range.start), end: position_from(range.end) }
}

fn range(range: PositionRange) -> lsp::Range {
    let position = |position: Position| lsp::Position { line: position.line, character: position.character };
    lsp::Range { start: position(range.start), end: position(range.end) }
}

pub(super) fn change(event: lsp::TextDocumentContentChangeEvent) -> (Option<PositionRange>, String) {
    match event {
        lsp::TextDocumentContentChangeEvent::TextDocumentContentChangePartial(partial) => {
            (Some(range_from(partial.range)), partial.text)
        }
        lsp::TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => (None, whole.text),
    }
}

/// A lens; `command` is what a click on it does.
pub(super) fn lens(document: &Document, lens: Lens, command: &str, encoding: Encoding) -> lsp::CodeLens {
    let command = lsp::Command { title: lens.title, command: command.into(), ..Default::default() };
    lsp::CodeLens { range: range(document.range(lens.span, encoding)), command: Some(command), data: None }
}

pub(super) fn hover(document: &Document, hover: Hover, encoding: Encoding) -> lsp::Hover {
    lsp::Hover {
        contents: lsp::Contents::MarkupContent(lsp::MarkupContent {
            kind: lsp::MarkupKind::Markdown,
            value: hover.markdown,
        }),
        range: Some(range(document.range(hover.span, encoding))),
    }
}

/// The protocol's diagnostics, each with the address of its code's page where the editor `shows_pages`.
pub(super) fn diagnostics(
    document: &Document,
    ours: Vec<Diagnostic>,
    encoding: Encoding,
    shows_pages: bool,
) -> Vec<lsp::Diagnostic> {
    let page = |code: &str| page_uri(code).filter(|_| shows_pages).map(lsp::CodeDescription::new);
    ours.into_iter()
        .map(|ours| lsp::Diagnostic {
            range: range(document.range(ours.span, encoding)),
            severity: Some(match ours.severity {
                Severity::Error => lsp::DiagnosticSeverity::Error,
                Severity::Warning => lsp::DiagnosticSeverity::Warning,
                Severity::Information => lsp::DiagnosticSeverity::Information,
                Severity::Hint => lsp::DiagnosticSeverity::Hint,
            }),
            code: Some(lsp::Code::String(ours.code.name().into())),
            code_description: page(ours.code.name()),
            source: Some("drizzle-drift".into()),
            message: lsp::Message::String(ours.message),
            tags: None,
            related_information: related(ours.related, encoding),
            data: Some(lsp::LspAny::String(ours.fingerprint)),
        })
        .collect()
}

fn related(ours: Vec<Related>, encoding: Encoding) -> Option<Vec<lsp::DiagnosticRelatedInformation>> {
    let information = ours.into_iter().filter_map(|related| {
        let range = range(related.document.range(related.place.span, encoding));
        let location = lsp::Location { uri: uri(&related.place.file)?, range };
        Some(lsp::DiagnosticRelatedInformation { location, message: related.message })
    });
    let information: Vec<_> = information.collect();
    (!information.is_empty()).then_some(information)
}

/// The protocol's report about one document; nothing where there is no such document.
pub(super) fn report(pulled: Option<Pulled>, encoding: Encoding, shows_pages: bool) -> lsp::DocumentDiagnosticReport {
    let full = |result, items| {
        lsp::DocumentDiagnosticReport::RelatedFullDocumentDiagnosticReport(lsp::RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id: result, items },
        })
    };
    match pulled {
        None => full(None, Vec::new()),
        Some(Pulled { result, changed: Some((document, ours)) }) => {
            full(Some(result), diagnostics(&document, ours, encoding, shows_pages))
        }
        Some(Pulled { result, changed: None }) => {
            lsp::DocumentDiagnosticReport::RelatedUnchangedDocumentDiagnosticReport(
                lsp::RelatedUnchangedDocumentDiagnosticReport {
                    related_documents: None,
                    unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id: result },
                },
            )
        }
    }
}

/// Whether a request for actions of `kind` wants quick-fixes.
pub(super) fn wants_quick_fixes(kind: &lsp::CodeActionKind) -> bool {
    matches!(kind, lsp::CodeActionKind::QuickFix | lsp::CodeActionKind::Empty)
}

/// The protocol's action, with those of `shown` that it settles; `None` where the editor cannot apply it (it creates a file,
/// and the editor cannot) or one of its files has no address.
pub(super) fn action(
    offered: OfferedAction,
    shown: &[lsp::Diagnostic],
    creates_files: bool,
    encoding: Encoding,
) -> Option<lsp::CodeAction> {
    let OfferedAction { action, files } = offered;
    let creates = action.edits.iter().any(|edit| edit.create);
    if creates && !creates_files {
        return None;
    }
    let mut changes = Vec::new();
    let mut plain: HashMap<lsp::Uri, Vec<lsp::TextEdit>> = HashMap::new();
    for edit in action.edits {
        let uri = uri(&edit.file)?;
        let (document, version) = files
            .iter()
            .find(|(file, ..)| *file == edit.file)
            .map(|(_, document, version)| (document.clone(), *version))
            .unwrap_or_else(|| (Document::new(""), None));
        if edit.create {
            changes.push(lsp::DocumentChange::CreateFile(lsp::CreateFile {
                uri: uri.clone(),
                options: Some(lsp::CreateFileOptions { overwrite: None, ignore_if_exists: Some(true) }),
                annotation_id: None,
            }));
        }
        let edits = edit
            .edits
            .into_iter()
            .map(|edit| lsp::TextEdit { range: range(document.range(edit.span, encoding)), new_text: edit.text });
        let edits: Vec<lsp::TextEdit> = edits.collect();
        plain.insert(uri.clone(), edits.clone());
        changes.push(lsp::DocumentChange::TextDocumentEdit(lsp::TextDocumentEdit {
            text_document: lsp::OptionalVersionedTextDocumentIdentifier {
                version,
                text_document_identifier: lsp::TextDocumentIdentifier { uri },
            },
            edits: edits.into_iter().map(lsp::Edit::TextEdit).collect(),
        }));
    }
    let settled: Vec<lsp::Diagnostic> = shown
        .iter()
        .filter(|diagnostic| diagnostic.data.as_ref().and_then(|data| data.as_str()) == Some(&action.fingerprint))
        .cloned()
        .collect();
    Some(lsp::CodeAction {
        title: action.title,
        kind: Some(lsp::CodeActionKind::QuickFix),
        diagnostics: (!settled.is_empty()).then_some(settled),
        is_preferred: Some(action.preferred),
        edit: Some(if creates_files {
            lsp::WorkspaceEdit { document_changes: Some(changes), ..Default::default() }
        } else {
            lsp::WorkspaceEdit { changes: Some(plain), ..Default::default() }
        }),
        disabled: None,
        command: None,
        data: None,
        tags: None,
    })
}
