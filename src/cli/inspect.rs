//! `inspect code` and `inspect database`: one side of the comparison, as the contract's catalog JSON.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::arguments::{InspectArguments, InspectCommand};
use super::outcome::{Failure, Outcome, print};
use super::{load_request, read_live};
use crate::catalog::{self, Catalog, CatalogJson};
use crate::declared::{Declared, Reader, Unresolved};
use crate::project::{self, DiskFiles, shown};
use crate::text::{Document, Encoding, Files};

/// Runs the command.
pub fn run(command: &InspectCommand) -> Result<Outcome, Failure> {
    match command {
        InspectCommand::Code(arguments) => print_json(&code(arguments)?)?,
        InspectCommand::Database(arguments) => print_json(&CatalogJson(&database(arguments)?))?,
    }
    Ok(Outcome::Clean)
}

fn code(arguments: &InspectArguments) -> Result<Value, Failure> {
    let mut reader = Reader::default();
    let project = project::load(&load_request(&arguments.project)?, &DiskFiles, &mut reader)?;
    let declared = project.declared(&DiskFiles, &mut reader);
    let mut catalog = catalog::to_json(&declared.catalog());
    catalog["unresolved"] = unresolved(&declared, &project.folder, &DiskFiles);
    Ok(catalog)
}

fn database(arguments: &InspectArguments) -> Result<Catalog, Failure> {
    let mut reader = Reader::default();
    let project = project::load(&load_request(&arguments.project)?, &DiskFiles, &mut reader)?;
    Ok(read_live(&project)?.catalog)
}

fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(value).expect("all keys are texts");
    text.push('\n');
    print(&text)
}

fn unresolved(declared: &Declared, folder: &Path, files: &dyn Files) -> Value {
    let line = |item: &Unresolved| {
        let read = declared.files.get(&item.place.file).map(|file| file.document.clone());
        let document = read.or_else(|| files.read(item.place.file.as_path()).map(Document::new));
        document.map_or(1, |document| document.position(item.place.span.start, Encoding::Utf16).line + 1)
    };
    let one = |item: &Unresolved| {
        json!({
            "file": shown(item.place.file.as_path(), folder), "line": line(item),
            "what": item.what, "why": item.why,
        })
    };
    Value::Array(declared.unresolved.iter().map(one).collect())
}
