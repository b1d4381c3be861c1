// Makes a project to edit out of examples/conversations: its files, its SQLite database, and drizzle-orm where it is installed.
// As a program: node fixture.mjs FOLDER

import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(import.meta.dirname, "../..");
/** The program under test. */
export const BINARY = path.resolve(
  ROOT,
  process.env.DRIZZLE_DRIFT_BINARY ?? path.join(process.env.CARGO_TARGET_DIR ?? "target", "debug", "drizzle-drift"),
);

export function makeProject(folder) {
  const example = path.join(ROOT, "examples", "conversations");
  for (const file of ["shared/schema.ts", "drizzle.config.ts", "package.json", "tsconfig.json"]) {
    cpSync(path.join(example, file), path.join(folder, file), { recursive: true });
  }
  const database = new DatabaseSync(path.join(folder, "conversations.db"));
  database.exec(readFileSync(path.join(example, "database.sql"), "utf8"));
  database.close();

  const drizzleOrm = path.join(ROOT, ".cache", "vscode", "node_modules", "drizzle-orm");
  if (existsSync(drizzleOrm)) {
    mkdirSync(path.join(folder, "node_modules"));
    symlinkSync(drizzleOrm, path.join(folder, "node_modules", "drizzle-orm"));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) makeProject(process.argv[2]);
