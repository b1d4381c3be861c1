// Opens a folder in a real VS Code: its server with the Node extension host as one process, its window in headless Chromium.

import { execFile, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { BINARY, ROOT } from "./fixture.mjs";

const CACHE = path.join(ROOT, ".cache", "vscode");
const SERVER = path.join(CACHE, "node_modules", "code-server", "lib", "vscode", "out", "server-main.js");
const EXTENSION = path.join(ROOT, "editors", "vscode", "drizzle-drift.vsix");

// A quiet window: what is on the screen comes from the project and from the extension.
const QUIET = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": "off",
  "update.mode": "none",
  "chat.disableAIFeatures": true,
  "git.enabled": false,
  "files.autoSave": "off",
  "files.hotExit": "off",
  "editor.minimap.enabled": false,
};

/** What is to be undone at the end, last first, also when the process is told to stop. */
const undo = [];
export async function closeAll() {
  while (undo.length > 0) await undo.pop()();
}
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]]) {
  process.once(signal, () => void closeAll().finally(() => process.exit(code)));
}

/** A new folder that goes with the test. */
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), "drizzle-drift-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return folder;
}

/**
 * Opens the folder, with the packaged extension installed, and returns the window as a Playwright page. `payload` holds pairs
 * for the workbench, in which files are given by path.
 */
export async function openWorkbench({ folder, payload = [], settings = {}, viewport = { width: 1280, height: 720 }, scale = 1 }) {
  const work = temporaryFolder();
  mkdirSync(path.join(work, "user", "User"), { recursive: true });
  const all = { ...QUIET, "drizzle-drift.server.path": BINARY, ...settings };
  writeFileSync(path.join(work, "user", "User", "settings.json"), JSON.stringify(all));
  const folders = ["--user-data-dir", path.join(work, "user"), "--extensions-dir", path.join(work, "extensions")];
  const common = [SERVER, "--accept-server-license-terms", ...folders];
  await promisify(execFile)(process.execPath, [...common, "--install-extension", EXTENSION], { timeout: 60_000 });

  const address = `127.0.0.1:${await freePort()}`;
  await startServer([...common, "--host", "127.0.0.1", "--port", address.split(":")[1], "--without-connection-token",
    "--enable-smoke-test-driver", "--telemetry-level", "off"], path.join(ROOT, ".cache", "vscode-server.log"));

  const { chromium } = createRequire(path.join(CACHE, "package.json"))("playwright-core");
  const context = await chromium.launchPersistentContext(path.join(work, "chromium"), {
    executablePath: path.join(CACHE, "chromium"),
    headless: true,
    viewport,
    deviceScaleFactor: scale,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
  });
  undo.push(() => context.close());
  const page = context.pages()[0] ?? (await context.newPage());
  const remote = payload.map(([key, file]) => [key, `vscode-remote://${address}${file}`]);
  const query = new URLSearchParams({ folder, payload: JSON.stringify(remote) });
  await page.goto(`http://${address}/?${query}`, { waitUntil: "domcontentloaded", timeout: 120_000 });
  return page;
}

/** Starts VS Code's server and waits until it listens. */
function startServer(args, log) {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that the extension host and the language server go with it.
    const server = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const output = createWriteStream(log);
    const exited = new Promise((done) => server.once("exit", done));
    undo.push(async () => {
      if (server.exitCode === null && server.signalCode === null) {
        signal(server, "SIGTERM");
        await Promise.race([exited, new Promise((done) => setTimeout(done, 5_000))]);
      }
      signal(server, "SIGKILL");
    });
    const timer = setTimeout(() => reject(new Error(`VS Code's server does not listen; see ${log}`)), 120_000).unref();
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`VS Code's server ended with ${code}; see ${log}`)));
    let seen = "";
    for (const stream of [server.stdout, server.stderr]) {
      stream.on("data", (data) => {
        output.write(data);
        seen += data;
        if (!seen.includes("Extension host agent listening")) return;
        clearTimeout(timer);
        resolve();
      });
    }
  });
}

function signal(server, name) {
  try {
    process.kill(-server.pid, name);
  } catch {
    // It has gone already.
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
