// The status bar item: how many drifts there are, and how fresh the facts about the database are.

import * as vscode from "vscode";

/** The parameters of the server's notification `drizzle-drift/status`. */
export interface Status {
  projects: Project[];
}

interface Project {
  /** The project's config file. */
  config: string;
  state: State;
  /** One sentence about the state. */
  message: string;
  /** How many drifts are open. */
  drifts: number;
  /** The age of the facts in seconds; null where there are none. */
  age: number | null;
}

type State = "off" | "connecting" | "live" | "stale" | "failed";

interface Look {
  icon: string;
  word: string;
  background?: string;
}

// From the one that needs the user least to the one that does most: with several projects the last one shows.
const LOOKS: Record<State, Look> = {
  live: { icon: "database", word: "live" },
  off: { icon: "circle-slash", word: "not connected" },
  connecting: { icon: "sync~spin", word: "connecting" },
  stale: { icon: "warning", word: "stale", background: "statusBarItem.warningBackground" },
  failed: { icon: "error", word: "failed", background: "statusBarItem.errorBackground" },
};
const STATES = Object.keys(LOOKS) as State[];

/** Owns the item. It is hidden as long as there is nothing to say. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("drizzle-drift.status", vscode.StatusBarAlignment.Left);

  constructor() {
    this.#item.name = "Drizzle Drift";
    this.#item.command = "drizzle-drift.showOutput";
  }

  /** The server is on its way and has not said anything yet. */
  starting(): void {
    this.#render(LOOKS.connecting, "Drizzle Drift: starting", new vscode.MarkdownString("The language server is starting."));
  }

  /** The server does not run, for the given reason. */
  stopped(reason: string): void {
    this.#render(LOOKS.failed, "Drizzle Drift: not running", new vscode.MarkdownString().appendText(reason));
  }

  /** What the server last said. */
  show({ projects }: Status): void {
    if (projects.length === 0) return this.#item.hide();
    const worst = Math.max(...projects.map((project) => STATES.indexOf(project.state)));
    const look = LOOKS[STATES[worst] ?? "off"];
    const drifts = projects.reduce((sum, project) => sum + project.drifts, 0);
    // Without facts there is no count to show, not even zero.
    const known = projects.some((project) => project.age !== null);
    const text = known ? count(drifts) : look.word;
    const now = Date.now();
    this.#render(look, known ? text : `Drizzle Drift: ${text}`, tooltip(projects, now));
  }

  dispose(): void {
    this.#item.dispose();
  }

  #render(look: Look, text: string, tooltip: vscode.MarkdownString): void {
    this.#item.text = `$(${look.icon}) ${text}`;
    this.#item.tooltip = tooltip;
    this.#item.backgroundColor = look.background === undefined ? undefined : new vscode.ThemeColor(look.background);
    this.#item.accessibilityInformation = { label: `Drizzle Drift: ${text}, ${look.word}` };
    this.#item.show();
  }
}

function tooltip(projects: Project[], now: number): vscode.MarkdownString {
  const text = new vscode.MarkdownString("", true);
  text.isTrusted = { enabledCommands: ["drizzle-drift.refresh"] };
  for (const project of projects) {
    const look = LOOKS[project.state];
    text.appendMarkdown(`$(${look.icon}) **`).appendText(vscode.workspace.asRelativePath(project.config));
    text.appendMarkdown(`** — ${look.word}`);
    if (project.age !== null) {
      const read = new Date(now - project.age * 1000).toLocaleTimeString();
      text.appendMarkdown(`, ${count(project.drifts)}, database read at ${read}`);
    }
    text.appendMarkdown("\n\n").appendText(project.message).appendMarkdown("\n\n");
  }
  return text.appendMarkdown("[Read the database again](command:drizzle-drift.refresh)");
}

function count(drifts: number): string {
  return drifts === 1 ? "1 drift" : drifts === 0 ? "no drift" : `${drifts} drifts`;
}
