//! The generated project that the benchmarks share: a schema of a given number of tables, and the database it describes.

use std::fmt::Write as _;

/// A SQLite schema file of `tables` tables with 12 columns, a foreign key and two indexes each (about 24 lines a table).
pub fn schema(tables: usize) -> String {
    let mut text = String::from(
        "import { sql } from \"drizzle-orm\";\n\
         import { index, integer, real, sqliteTable, text, uniqueIndex } from \"drizzle-orm/sqlite-core\";\n",
    );
    for number in 0..tables {
        let parent = number.saturating_sub(1);
        let _ = write!(
            text,
            r#"
export const table{number} = sqliteTable(
  "table_{number}",
  {{
    id: integer("id").primaryKey({{ autoIncrement: true }}),
    parentId: integer("parent_id").references(() => table{parent}.id, {{ onDelete: "cascade" }}),
    email: text("email").notNull(),
    displayName: text("display_name"),
    role: text("role", {{ enum: ["admin", "member"] }}).notNull().default("member"),
    score: real("score").notNull().default(0),
    active: integer("active", {{ mode: "boolean" }}).notNull().default(true),
    settings: text("settings", {{ mode: "json" }}).notNull(),
    notes: text("notes"),
    visits: integer("visits").notNull().default(0),
    createdAt: integer("created_at", {{ mode: "timestamp" }}).notNull().default(sql`(unixepoch())`),
    updatedAt: integer("updated_at", {{ mode: "timestamp" }}),
  }},
  (table) => [
    uniqueIndex("table_{number}_email_unique").on(table.email),
    index("table_{number}_parent_id_index").on(table.parentId),
  ],
);
"#
        );
    }
    text
}

/// The SQL that creates the database of [`schema`], with one table that the code does not have.
pub fn database(tables: usize) -> String {
    let mut sql =
        String::from("BEGIN;\nCREATE TABLE conversations (id integer PRIMARY KEY NOT NULL, title text NOT NULL);\n");
    for number in 0..tables {
        let parent = number.saturating_sub(1);
        let _ = writeln!(
            sql,
            "CREATE TABLE table_{number} (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, \
             parent_id integer REFERENCES table_{parent}(id) ON DELETE cascade, email text NOT NULL, display_name text, \
             role text DEFAULT 'member' NOT NULL, score real DEFAULT 0 NOT NULL, active integer DEFAULT true NOT NULL, \
             settings text NOT NULL, notes text, visits integer DEFAULT 0 NOT NULL, \
             created_at integer DEFAULT (unixepoch()) NOT NULL, updated_at integer);\n\
             CREATE UNIQUE INDEX table_{number}_email_unique ON table_{number} (email);\n\
             CREATE INDEX table_{number}_parent_id_index ON table_{number} (parent_id);"
        );
    }
    sql.push_str("COMMIT;\n");
    sql
}
