#!/usr/bin/env bash
# A real VS Code with the packaged extension shows the drift of examples/conversations, its hover and applies quick-fix A.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/editors/need.sh
need .cache/vscode/chromium "the VS Code test" vscode.sh
[ -s editors/vscode/drizzle-drift.vsix ] || bash tests/editors/package.sh
exec .cache/node/bin/node --disable-warning=ExperimentalWarning tests/editors/vscode.mjs
