// The language client: which documents the server sees, and what it is told at the start.

import * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  LanguageClient,
  type DynamicFeature,
  type Executable,
  type StaticFeature,
} from "vscode-languageclient/node";

/** The setting, command and client prefix. */
export const ID = "drizzle-drift";

/** The server's command that reads the database again. The extension offers it under the same name. */
export const REFRESH = "drizzle-drift.refresh";

/** A client that leaves the command `REFRESH` to the extension, whose version of it exists before the server runs. */
class Client extends LanguageClient {
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    if ("registrationType" in feature && feature.registrationType.method === ExecuteCommandRequest.method) {
      const register = feature.register.bind(feature);
      feature.register = (data) => {
        const options = data.registerOptions as { commands?: string[] };
        const commands = options.commands?.filter((command) => command !== REFRESH) ?? [];
        register({ ...data, registerOptions: { ...options, commands } });
      };
    }
    super.registerFeature(feature);
  }
}

/** A client for the given program; the caller starts, stops and disposes of it. */
export function createClient(
  server: Executable,
  outputChannel: vscode.LogOutputChannel,
): LanguageClient {
  return new Client(ID, "Drizzle Drift", server, {
    documentSelector: [
      { scheme: "file", language: "typescript" },
      { scheme: "file", language: "typescriptreact" },
      { scheme: "file", language: "javascript" },
      { scheme: "file", pattern: "**/drizzle-drift.ledger.json" },
    ],
    outputChannel,
    // A function, so that a server that was restarted after a crash is told the present state.
    initializationOptions: settings,
    markdown: { supportHtml: false, supportThemeIcons: false },
  });
}

/** What the server is told of the settings and the workspace's trust: at the start, and again when they change. */
export function settings(): { trusted: boolean; pollIntervalSeconds: number } {
  return {
    trusted: vscode.workspace.isTrusted,
    pollIntervalSeconds: vscode.workspace.getConfiguration(ID).get("pollIntervalSeconds", 5),
  };
}
