// Finds the drizzle-drift program and says how to start it.

import { constants, promises as fs } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Executable } from "vscode-languageclient/node";

const NAMES = process.platform === "win32" ? ["drizzle-drift.exe", "drizzle-drift.cmd"] : ["drizzle-drift"];

/** What keeps the server from starting, in words for the user; `setting` is the one to look at. */
export class CannotStart extends Error {
  constructor(
    message: string,
    readonly setting: string,
  ) {
    super(message);
  }
}

/** The command line and the environment of the server, as the settings and the workspace's trust allow. */
export async function serverCommand(context: vscode.ExtensionContext): Promise<Executable> {
  const program = await findProgram(context);
  const databaseUrl = configuredDatabaseUrl();
  return {
    command: program,
    args: ["lsp"],
    options: {
      // A .cmd file runs only through the shell.
      shell: program.endsWith(".cmd"),
      // In the environment, because the arguments are visible to others and the protocol's messages can be traced.
      env: databaseUrl === "" ? {} : { DRIZZLE_DRIFT_DATABASE_URL: databaseUrl },
    },
  };
}

async function findProgram(context: vscode.ExtensionContext): Promise<string> {
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  const configured = vscode.workspace.getConfiguration("drizzle-drift").get<string>("server.path", "").trim();
  if (configured !== "") {
    // Whoever names a program wants that one: no other is started in its place.
    const program = path.resolve(folders[0] ?? "", configured);
    if (await isProgram(program)) return program;
    throw new CannotStart(
      `drizzle-drift.server.path is ${program}, which is not a program that can be started.`,
      "drizzle-drift.server.path",
    );
  }

  const places: { what: string; directories: string[] }[] = [
    { what: "this extension's server folder", directories: [context.asAbsolutePath("server")] },
  ];
  // Nothing that the workspace contains is started before the workspace is trusted.
  if (vscode.workspace.isTrusted) {
    const directories = folders.map((folder) => path.join(folder, "node_modules", ".bin"));
    places.push({ what: "the workspace's node_modules/.bin", directories });
  }
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter).filter((directory) => path.isAbsolute(directory));
  places.push({ what: "PATH", directories: onPath });
  for (const directory of places.flatMap((place) => place.directories)) {
    for (const name of NAMES) {
      const program = path.join(directory, name);
      if (await isProgram(program)) return program;
    }
  }
  const tried = places.map((place) => place.what).join(", ");
  throw new CannotStart(
    `The drizzle-drift program was not found. Looked in: ${tried}. Install it, or set drizzle-drift.server.path.`,
    "drizzle-drift.server.path",
  );
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await fs.access(file, constants.X_OK);
    return (await fs.stat(file)).isFile();
  } catch {
    return false;
  }
}

/** The setting with `${env:NAME}` replaced, so that the settings file need not hold a password. */
function configuredDatabaseUrl(): string {
  const configured = vscode.workspace.getConfiguration("drizzle-drift").get<string>("databaseUrl", "").trim();
  return configured.replace(/\$\{env:([^}]+)\}/g, (_, name: string) => {
    const value = process.env[name];
    if (value !== undefined && value !== "") return value;
    throw new CannotStart(
      `drizzle-drift.databaseUrl names the environment variable ${name}, which is not set where the editor runs.`,
      "drizzle-drift.databaseUrl",
    );
  });
}
