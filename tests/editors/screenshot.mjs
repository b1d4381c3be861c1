// Takes the README's pictures in a real VS Code: node tests/editors/screenshot.mjs, after tests/setup/vscode.sh, cargo build and
// tests/editors/package.sh. Look at them before committing.

import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeProject, ROOT } from "./fixture.mjs";
import { closeAll, openWorkbench, temporaryFolder } from "./workbench.mjs";

const PICTURES = path.join(ROOT, "docs", "images");

async function main() {
  mkdirSync(PICTURES, { recursive: true });
  const project = path.join(temporaryFolder(), "conversations");
  makeProject(project);
  const page = await openWorkbench({
    folder: project,
    payload: [["openFile", path.join(project, "shared", "schema.ts")]],
    viewport: { width: 1120, height: 660 },
    scale: 2,
    settings: {
      "workbench.activityBar.location": "hidden",
      "workbench.sideBar.location": "right",
      "workbench.layoutControl.enabled": false,
      "window.commandCenter": false,
      "window.menuBarVisibility": "hidden",
      "breadcrumbs.enabled": false,
      "editor.fontSize": 14,
      "editor.lineHeight": 22,
      "editor.scrollbar.vertical": "hidden",
      "editor.overviewRulerBorder": false,
      "editor.hover.delay": 100,
      "outline.showVariables": false,
    },
  });
  page.setDefaultTimeout(90_000);
  const squiggle = page.locator(".squiggly-error, .squiggly-warning").first();
  await squiggle.waitFor();
  // Until TypeScript has settled, the menu of quick-fixes comes and goes.
  await page.waitForFunction(() => !/Analyzing|Initializing/.test(document.querySelector(".part.statusbar")?.textContent ?? ""));
  await page.keyboard.press("Control+B");
  await page.keyboard.press("Control+Shift+M");
  await page.locator(".markers-panel .monaco-list-row").first().waitFor();
  // The panel as low as its two lines need.
  const { x, y } = await page.locator(".part.panel").boundingBox();
  await page.mouse.move(x + 300, y - 2);
  await sleep(500); // the border reacts only to a pointer that rests on it
  await page.mouse.down();
  await page.mouse.move(x + 300, y + 60, { steps: 5 });
  await page.mouse.up();

  const line = (text) => page.locator(".view-line", { hasText: text }).first();
  await line("drizzle-orm/sqlite-core").getByText("sqliteTable").click();
  await page.locator('[class*="codicon-gutter-lightbulb"], [class*="codicon-light-bulb"]').first().waitFor();
  await page.keyboard.press("Control+.");
  await page.locator(".action-widget .monaco-list-row.action").first().waitFor();
  await sleep(500);
  await page.screenshot({ path: path.join(PICTURES, "vscode.png") });
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+J");

  await line('sqliteTable("users"').getByText('"users"').hover();
  await page.locator(".monaco-hover:not(.hidden)", { hasText: /database/i }).first().waitFor();
  await sleep(500);
  await page.screenshot({ path: path.join(PICTURES, "vscode-hover.png") });
}

try {
  await main();
} finally {
  await closeAll();
}
