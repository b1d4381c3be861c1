#!/usr/bin/env bash
# The VS Code extension compiles, bundles and packs from its lock file.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/editors/need.sh
need .cache/node/bin/node "the packaging of the VS Code extension" node.sh
export PATH=$PWD/.cache/node/bin:$PATH npm_config_nodedir=
cd editors/vscode
log=$OLDPWD/.cache/package.log
{ npm ci --ignore-scripts --no-audit --no-fund && npm run package; } >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
du -h drizzle-drift.vsix
