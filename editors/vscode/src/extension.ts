// The extension's life: starts the language server, restarts it when a setting asks for it, and owns the commands.

import * as vscode from "vscode";
import { DidChangeConfigurationNotification, ExecuteCommandRequest, State, type LanguageClient } from "vscode-languageclient/node";
import { createClient, ID, REFRESH, settings } from "./client.js";
import { CannotStart, serverCommand } from "./server.js";
import { StatusBar, type Status } from "./status.js";

let extension: Extension | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  extension = new Extension(context);
  await extension.restart();
}

export async function deactivate(): Promise<void> {
  await extension?.stop();
}

class Extension {
  readonly #context: vscode.ExtensionContext;
  readonly #output = vscode.window.createOutputChannel("Drizzle Drift", { log: true });
  readonly #status = new StatusBar();
  #client: LanguageClient | undefined;
  /** Starts and stops wait here for the one before them. */
  #queue: Promise<void> = Promise.resolve();

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
    context.subscriptions.push(
      this.#output,
      this.#status,
      vscode.commands.registerCommand(REFRESH, () => this.#refresh()),
      vscode.commands.registerCommand(`${ID}.restart`, () => this.restart()),
      vscode.commands.registerCommand(`${ID}.showOutput`, () => this.#output.show(true)),
      vscode.workspace.onDidChangeConfiguration((change) => this.#configurationChanged(change)),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused && this.#client?.isRunning()) void this.#client.sendNotification("drizzle-drift/focus");
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => (this.#client === undefined ? this.restart() : this.#tell())),
    );
  }

  restart(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#dispose();
      await this.#start();
    });
  }

  stop(): Promise<void> {
    return this.#enqueue(() => this.#dispose());
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(step).catch((error: unknown) => this.#failed(error));
    return this.#queue;
  }

  async #start(): Promise<void> {
    this.#status.starting();
    const command = await serverCommand(this.#context);
    this.#output.info(`Starting ${command.command}`);
    const client = createClient(command, this.#output);
    this.#client = client;
    client.onNotification("drizzle-drift/status", (status: Status) => this.#status.show(status));
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped && this.#client === client) this.#status.stopped("The language server has stopped.");
    });
    try {
      await client.start();
    } catch (error) {
      await this.#dispose();
      throw error;
    }
  }

  async #dispose(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    // A server that does not answer, or never started, must not keep the next one from starting.
    await client?.dispose().catch((error: unknown) => this.#output.warn(String(error)));
  }

  async #refresh(): Promise<void> {
    await this.#queue;
    if (this.#client === undefined) return this.restart();
    await this.#client.sendRequest(ExecuteCommandRequest.type, { command: REFRESH, arguments: [] });
  }

  #configurationChanged(change: vscode.ConfigurationChangeEvent): void {
    if (change.affectsConfiguration(`${ID}.server.path`) || change.affectsConfiguration(`${ID}.databaseUrl`)) {
      void this.restart();
    } else if (change.affectsConfiguration(`${ID}.pollIntervalSeconds`)) {
      void this.#tell();
    }
  }

  /** Tells the running server what it was told at its start, as it is now. */
  #tell(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#client?.sendNotification(DidChangeConfigurationNotification.type, { settings: { drizzleDrift: settings() } });
    });
  }

  async #failed(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    this.#output.error(message);
    this.#status.stopped(message);
    const setting = error instanceof CannotStart ? error.setting : undefined;
    const choice = setting === undefined ? "Show Output" : "Open Settings";
    // Not awaited: the message may stay open for as long as the user likes.
    void vscode.window.showErrorMessage(message, choice).then((chosen) => {
      if (chosen === undefined) return;
      if (setting === undefined) this.#output.show(true);
      else void vscode.commands.executeCommand("workbench.action.openSettings", setting);
    });
  }
}
