// Runs inside VS Code's extension host: what a user of the extension sees and does, step by step. The report goes to a file,
// because the window that started the host cannot hear it.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const vscode = require("vscode");

const PATIENCE = 90_000;
const steps = [];

exports.run = async () => {
  let problem = null;
  try {
    await test();
  } catch (error) {
    problem = error.stack;
  }
  const report = process.env.DRIFT_TEST_REPORT;
  fs.writeFileSync(`${report}.part`, JSON.stringify({ version: vscode.version, steps, problem }));
  fs.renameSync(`${report}.part`, report); // whole or not at all, since it is being waited for
};

async function test() {
  const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, "shared", "schema.ts");
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document);
  const ours = () => vscode.languages.getDiagnostics(uri).filter((diagnostic) => diagnostic.source === "drizzle-drift");
  const undeclaredTable = () => ours().find((diagnostic) => code(diagnostic) === "undeclared-table");

  const extension = vscode.extensions.getExtension("drizzle-drift.drizzle-drift");
  assert.ok(extension, "the packaged extension is not installed");
  await eventually("the activation", () => extension.isActive);
  steps.push("a workspace with a drizzle.config activates the extension");

  const diagnostic = await eventually("the diagnostic", undeclaredTable);
  assert.match(diagnostic.message, /conversations/);
  assert.equal(diagnostic.range.start.line, position(document, "drizzle-orm/sqlite-core").line);
  steps.push(`the import of the core module shows: ${diagnostic.message}`);

  const page = await vscode.workspace.openTextDocument(diagnostic.code.target);
  assert.match(page.getText(), /^# undeclared-table\n/);
  steps.push("its code leads to the page about it");

  const name = position(document, 'sqliteTable("users"').translate(0, 'sqliteTable("u'.length);
  const hover = await eventually("a hover about the database", async () => {
    const hovers = await vscode.commands.executeCommand("vscode.executeHoverProvider", uri, name);
    // TypeScript's own hover is among them.
    return hovers.flatMap((hover) => hover.contents.map((content) => content.value)).find((text) => /database/i.test(text));
  });
  for (const side of [/code/i, /database/i, /users/]) assert.match(hover, side);
  steps.push("hover on the table shows both sides");

  const declare = await eventually("quick-fix A", async () => {
    const actions = await vscode.commands.executeCommand(
      "vscode.executeCodeActionProvider", uri, diagnostic.range, vscode.CodeActionKind.QuickFix.value);
    return actions.find((action) => action.title.includes("Declare table `conversations`"));
  });
  assert.ok(vscode.CodeActionKind.QuickFix.contains(declare.kind));
  if (declare.edit) assert.ok(await vscode.workspace.applyEdit(declare.edit), "the edit was not applied");
  if (declare.command) await vscode.commands.executeCommand(declare.command.command, ...(declare.command.arguments ?? []));
  await eventually("the edit", () => document.getText().includes('sqliteTable("conversations"'));
  steps.push("quick-fix A declares the table");

  await eventually("the end of the diagnostic", () => undeclaredTable() === undefined);
  steps.push("the diagnostic is gone");

  await document.save();
  await vscode.commands.executeCommand("drizzle-drift.refresh");
  assert.equal(undeclaredTable(), undefined, "the diagnostic is back after a refresh");
  steps.push("and stays so after the database was read again");

  await vscode.commands.executeCommand("undo");
  await eventually("the edit's end", () => !document.getText().includes('sqliteTable("conversations"'));
  await eventually("the diagnostic", undeclaredTable);
  steps.push("undo brings it back");

  await vscode.commands.executeCommand("drizzle-drift.restart");
  await eventually("the diagnostic", undeclaredTable);
  steps.push("a restarted server finds it again");
  assert.equal(editor.document, document);
}

/** Waits until `get` gives something true. VS Code cancels requests of its own accord while TypeScript starts: they are repeated. */
async function eventually(what, get) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    let result;
    try {
      result = await get();
    } catch (error) {
      if (error.name !== "Canceled") throw error;
    }
    if (result) return result;
    if (Date.now() > deadline) {
      const seen = vscode.languages.getDiagnostics().map(([uri, all]) => `${uri.path}: ${all.map((one) => one.message).join("; ")}`);
      throw new Error(`${what} did not come in ${PATIENCE / 1000} s; diagnostics are: ${seen.join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Where the text stands in the document. */
function position(document, text) {
  const offset = document.getText().indexOf(text);
  assert.ok(offset >= 0, `${text} is not in the document`);
  return document.positionAt(offset);
}

function code(diagnostic) {
  return typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code;
}
