//! The project of the story in a folder of its own, so that a test may change it.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

/// A copy of `examples/conversations` with its database.
pub struct Story {
    folder: tempfile::TempDir,
}

impl Story {
    /// Copies the example and creates its database.
    pub fn new() -> Self {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/conversations");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("shared")).expect("a folder");
        for file in ["drizzle.config.ts", "package.json", "tsconfig.json", "shared/schema.ts"] {
            std::fs::copy(example.join(file), folder.path().join(file)).expect("a copy");
        }
        let story = Self { folder };
        story.execute(&std::fs::read_to_string(example.join("database.sql")).expect("the SQL"));
        story
    }

    /// The project's folder.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("the folder is there")
    }

    /// The schema file.
    pub fn schema(&self) -> PathBuf {
        self.folder().join("shared/schema.ts")
    }

    /// The database file.
    #[allow(dead_code)] // not every test binary looks at it
    pub fn database(&self) -> PathBuf {
        self.folder().join("conversations.db")
    }

    /// Runs `sql` on the database, as another program would.
    pub fn execute(&self, sql: &str) {
        self.execute_on("conversations.db", sql);
    }

    /// Likewise, on another database in the project's folder.
    #[allow(dead_code)] // not every test binary has a second one
    pub fn execute_on(&self, file: &str, sql: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let options = SqliteConnectOptions::new().filename(self.folder().join(file)).create_if_missing(true);
            let mut connection = options.connect().await.expect("a connection");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("the SQL runs");
            connection.close().await.expect("the connection closes");
        });
    }
}
