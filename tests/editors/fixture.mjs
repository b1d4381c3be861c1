// Makes a project to edit out of examples/conversations: its files, its SQLite database, and the packages it imports.
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

  // What the set-ups have installed of the project's packages, so that its TypeScript compiles.
  const installed = {
    "drizzle-orm": ".cache/vscode/node_modules/drizzle-orm",
    "@types/node": "editors/vscode/node_modules/@types/node",
  };
  for (const [name, place] of Object.entries(installed)) {
    if (!existsSync(path.join(ROOT, place))) continue;
    const link = path.join(folder, "node_modules", name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(ROOT, place), link);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) makeProject(process.argv[2]);
