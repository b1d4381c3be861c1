//! A schema without a project around it, and what `drizzle-drift plan` says of it.
#![allow(dead_code)] // each test binary uses a part of it

use std::fs;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// The versions of drizzle-kit that are planned for.
pub const V0: &str = "0.31.11";
pub const V1: &str = "1.0.0-rc.5";

/// A project without a kit of its own.
pub struct Project {
    /// Its folder, gone with it.
    pub folder: TempDir,
}

impl Project {
    /// With that text as `schema.ts`.
    pub fn new(schema: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("schema.ts"), schema).expect("a file");
        Self { folder }
    }

    /// The plan as JSON.
    pub fn plan(&self, dialect: &str, url: &str, kit: &str, more: &[&str]) -> Value {
        self.planned(url, kit, &[&["--schema", "schema.ts", "--dialect", dialect], more].concat())
    }

    /// The same, where the config has drizzle-kit push to Cloudflare D1.
    pub fn plan_of_d1(&self, url: &str, kit: &str, more: &[&str]) -> Value {
        let config = "export default { dialect: 'sqlite', driver: 'd1-http', schema: './schema.ts' };\n";
        fs::write(self.folder.path().join("drizzle.config.ts"), config).expect("a file");
        self.planned(url, kit, more)
    }

    fn planned(&self, url: &str, kit: &str, more: &[&str]) -> Value {
        let output = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"))
            .current_dir(self.folder.path())
            .args(["plan", "-f", "json", "--database-url", url, "--kit-version", kit])
            .args(more)
            .output()
            .expect("the program starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"))
    }
}

/// The planned SQL.
pub fn statements(plan: &Value) -> Vec<String> {
    let list = plan["statements"].as_array().expect("statements");
    list.iter().map(|item| item["sql"].as_str().expect("SQL").to_owned()).collect()
}

/// Asserts that a plan which has asked the rows says of `refused`, the statement that the server refused with an SQLSTATE,
/// just that.
pub fn assert_foretold(what: &str, plan: &Value, refused: Option<(String, Option<String>)>) {
    assert_eq!(plan["rowsChecked"], true, "{what}");
    let (statement, sqlstate) = refused.unzip();
    assert_eq!(plan["fails"]["statement"].as_str().map(str::to_owned), statement, "{what}: {plan:#}");
    if let Some(sqlstate) = sqlstate {
        assert_eq!(plan["fails"]["sqlstate"].as_str().map(str::to_owned), sqlstate, "{what}: {plan:#}");
    }
}
