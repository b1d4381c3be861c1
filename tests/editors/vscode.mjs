// The VS Code test: runs vscode-tests/index.cjs inside the extension host, then looks at a window that is not trusted; both on
// projects made from examples/conversations.

import assert from "node:assert/strict";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BINARY, makeProject, ROOT } from "./fixture.mjs";
import { closeAll, openWorkbench, temporaryFolder } from "./workbench.mjs";

const PATIENCE = 240_000;

const PICTURE = path.join(ROOT, ".cache", "vscode-failure.png");

/** What the extension does, seen from inside the extension host. */
async function trusted() {
  const work = temporaryFolder();
  const project = path.join(work, "project");
  makeProject(project);
  const report = path.join(work, "report.json");
  process.env.DRIFT_TEST_REPORT = report;

  const tests = path.join(import.meta.dirname, "vscode-tests");
  const page = await openWorkbench({
    folder: project,
    payload: [["extensionDevelopmentPath", tests], ["extensionTestsPath", path.join(tests, "index.cjs")]],
  });
  const deadline = Date.now() + PATIENCE;
  while (!existsSync(report) && Date.now() < deadline) await sleep(200);
  if (!existsSync(report)) {
    await page.screenshot({ path: PICTURE });
    throw new Error(`the tests have not ended after ${PATIENCE / 1000} s; the window is in ${PICTURE}`);
  }
  const { version, steps, problem } = JSON.parse(readFileSync(report, "utf8"));
  for (const step of steps) console.log(`ok - ${step}`);
  if (problem) throw new Error(problem);
  return version;
}

/** No database before the workspace is trusted; and no restart needed once it is. */
async function untrusted() {
  const project = path.join(temporaryFolder(), "project");
  makeProject(project);
  const page = await openWorkbench({
    folder: project,
    payload: [["openFile", path.join(project, "shared", "schema.ts")]],
    settings: { "security.workspace.trust.enabled": true, "security.workspace.trust.startupPrompt": "never" },
  });
  page.setDefaultTimeout(90_000);
  try {
    const status = (text) => page.locator(".part.statusbar .statusbar-item", { hasText: text });
    await page.locator(".monaco-editor .view-line").first().waitFor();
    await status("Drizzle Drift: not connected").waitFor();
    await sleep(3_000); // long enough for a connection that must not be there
    assert.equal(await page.locator(".squiggly-warning, .squiggly-error").count(), 0, "an untrusted workspace shows drift");
    await status("Drizzle Drift: not connected").waitFor();
    console.log("ok - an untrusted workspace opens no connection");

    await status("Restricted Mode").click();
    await page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).click();
    await status(/^\s*\d+ drifts?/).waitFor();
    console.log("ok - once it is trusted, it does");
  } catch (error) {
    await page.screenshot({ path: PICTURE });
    throw new Error(`${error.message}; the window is in ${PICTURE}`);
  }
}

try {
  accessSync(BINARY, constants.X_OK);
  const version = await trusted();
  await closeAll();
  await untrusted();
  console.log(`passed in VS Code ${version}`);
} catch (error) {
  console.error(`FAILED: ${error.message}`);
  process.exitCode = 1;
} finally {
  await closeAll();
}
