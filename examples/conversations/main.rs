//! The story as a demonstration: `cargo run --example conversations` creates the example's SQLite database, where it is not
//! there yet, and runs `drizzle-drift check` on the project. It ends with 1, as `check` does where it finds a drift.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

const SQL: &str = include_str!("database.sql");

fn main() -> ExitCode {
    let folder = Path::new("examples/conversations");
    if !folder.is_dir() {
        eprintln!("run this from the repository's root: cargo run --example conversations");
        return ExitCode::from(2);
    }
    if let Err(error) = create_database(&folder.join("conversations.db")) {
        eprintln!("the example's database cannot be created: {error}");
        return ExitCode::from(2);
    }
    drizzle_drift::cli::run(["drizzle-drift", "check"].map(OsString::from).into_iter().chain([folder.into()]))
}

#[tokio::main(flavor = "current_thread")]
async fn create_database(file: &Path) -> Result<(), sqlx::Error> {
    if file.exists() {
        return Ok(());
    }
    let mut connection = SqliteConnectOptions::new().filename(file).create_if_missing(true).connect().await?;
    sqlx::raw_sql(SQL).execute(&mut connection).await?;
    eprintln!("created {} from database.sql", file.display());
    sqlx::Connection::close(connection).await
}
