//! Drizzle configs in every form that people write, against what Node makes of them: `tests/configs/expected.json` holds
//! the files and the real export of each, written by `tests/configs/expected.cjs`.

use std::path::Path;

use drizzle_drift::declared::{Casing, Reader};
use drizzle_drift::project::{LoadRequest, Project, load};
use drizzle_drift::text::MemoryFiles;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// A string or a list of strings, as a list.
fn list(value: &Value) -> Value {
    match value {
        Value::Null => json!([]),
        Value::Array(_) => value.clone(),
        one => json!([one]),
    }
}

/// The settings of a project, under the names that the config has for them.
fn settings(project: &Project) -> Value {
    let target = project.target.as_ref().map_err(ToString::to_string);
    json!({
        "dialect": project.dialect.name(),
        "schema": project.schema_patterns,
        "tablesFilter": project.filter.tables,
        "schemaFilter": project.filter.schemas,
        "casing": project.casing.map(|casing| match casing {
            Casing::SnakeCase => "snake_case",
            Casing::CamelCase => "camelCase",
        }),
        "url": target.as_ref().map_or_else(|problem| problem.clone(), |target| target.url.expose_secret().to_owned()),
        "authToken": target.ok().and_then(|target| Some(target.auth_token.as_ref()?.expose_secret().to_owned())),
    })
}

/// What the export means to drizzle-kit 0.x.
fn expected(exported: &Value) -> Value {
    let credentials = &exported["dbCredentials"];
    let schemas = match (&exported["dialect"], &exported["schemaFilter"]) {
        (dialect, _) if dialect != "postgresql" => Value::Null,
        (_, Value::Null) => json!(["public"]),
        (_, filter) => list(filter),
    };
    let url = match &credentials["url"] {
        // drizzle-kit takes the prefix away before it opens the file.
        Value::String(url) if exported["dialect"] == "sqlite" => json!(url.trim_start_matches("file:")),
        Value::String(url) => json!(url),
        _ => json!(url_of_parts(credentials)),
    };
    json!({
        "dialect": exported["dialect"],
        "schema": list(&exported["schema"]),
        "tablesFilter": list(&exported["tablesFilter"]),
        "schemaFilter": schemas,
        "casing": exported["casing"],
        "url": url,
        "authToken": credentials["authToken"],
    })
}

fn url_of_parts(credentials: &Value) -> String {
    let text = |key: &str| credentials[key].as_str().unwrap_or_default().replace(' ', "%20");
    let user = match (text("user"), text("password")) {
        (user, _) if user.is_empty() => String::new(),
        (user, password) => format!("{user}:{password}@"),
    };
    let mode = if credentials["ssl"] == false { "?sslmode=disable" } else { "" };
    format!("postgresql://{user}{}:{}/{}{mode}", text("host"), credentials["port"], text("database"))
}

#[test]
fn every_form_is_read_as_node_executes_it() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("configs/expected.json")).expect("JSON");
    assert!(cases.len() > 40);
    let mut wrong = Vec::new();
    for case in &cases {
        let mut files = MemoryFiles::default();
        for (path, text) in case["files"].as_object().expect("files") {
            files.insert(Path::new("/app").join(path), text.as_str().expect("a text"));
        }
        let request = LoadRequest {
            folder: "/app".into(),
            variables: [("HOME".to_owned(), "/root".to_owned())].into_iter().collect(),
            ..LoadRequest::default()
        };
        let expected = expected(&case["exported"]);
        match load(&request, &files, &mut Reader::default()) {
            Ok(project) if settings(&project) == expected => {}
            Ok(project) => wrong.push(format!("{}:\n  {}\n  {expected}", case["name"], settings(&project))),
            Err(error) => wrong.push(format!("{}: {error}", case["name"])),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
