// Runs vscode-tests/index.cjs inside VS Code's extension host, on a project made from examples/conversations.

import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BINARY, makeProject } from "./fixture.mjs";
import { closeAll, openWorkbench, temporaryFolder } from "./workbench.mjs";

const PATIENCE = 240_000;

async function main() {
  accessSync(BINARY, constants.X_OK);
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
    const picture = path.join(import.meta.dirname, "../../.cache/vscode-failure.png");
    await page.screenshot({ path: picture });
    throw new Error(`the tests have not ended after ${PATIENCE / 1000} s; the window is in ${picture}`);
  }
  const { version, steps, problem } = JSON.parse(readFileSync(report, "utf8"));
  for (const step of steps) console.log(`ok - ${step}`);
  if (problem) throw new Error(problem);
  console.log(`passed in VS Code ${version}`);
}

try {
  await main();
} catch (error) {
  console.error(`FAILED: ${error.message}`);
  process.exitCode = 1;
} finally {
  await closeAll();
}
