//! What is underlined in a file.

use super::{Snapshot, Standing};
use crate::drift::{Code, Severity, Status};
use crate::text::{Document, FilePath, Place, Span};

/// One underlined place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub span: Span,
    /// How much it matters.
    pub severity: Severity,
    /// The drift code.
    pub code: Code,
    /// What is wrong and what push would do.
    pub message: String,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// The drift's fingerprint, by which a later request finds it again.
    pub fingerprint: String,
}

/// Another place that belongs to a diagnostic, with the text of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// The file's text.
    pub document: Document,
    /// A few words.
    pub message: String,
}

/// The open drifts shown in `file`, in order of place.
pub fn diagnostics(snapshot: &Snapshot, file: &FilePath) -> Vec<Diagnostic> {
    let stale = match &snapshot.standing {
        Standing::Stale(why) => Some(why),
        _ => None,
    };
    let mut diagnostics: Vec<Diagnostic> = snapshot
        .findings
        .iter()
        .filter(|finding| finding.status == Status::Open)
        .filter_map(|finding| {
            let place = finding.drift.place.as_ref().filter(|place| place.file == *file)?;
            let message = match stale {
                Some(why) if finding.drift.code != Code::UnresolvedDeclaration => {
                    format!("{} (last known facts: {why})", finding.message)
                }
                _ => finding.message.clone(),
            };
            Some(Diagnostic {
                span: place.span,
                severity: finding.severity,
                code: finding.drift.code,
                message,
                related: related(snapshot, &finding.drift.related),
                fingerprint: finding.drift.fingerprint.clone(),
            })
        })
        .collect();
    diagnostics.sort_by(|a, b| (a.span, a.code, &a.fingerprint).cmp(&(b.span, b.code, &b.fingerprint)));
    diagnostics
}

/// The page about a drift code, in Markdown.
pub fn page(code: &str) -> Option<&'static str> {
    Code::from_name(code).map(Code::page)
}

fn related(snapshot: &Snapshot, places: &[(Place, String)]) -> Vec<Related> {
    let with_text = |(place, message): &(Place, String)| {
        let document = snapshot.declared.files.get(&place.file)?.document.clone();
        Some(Related { place: place.clone(), document, message: message.clone() })
    };
    places.iter().filter_map(with_text).collect()
}
