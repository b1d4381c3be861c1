#!/usr/bin/env bash
# The VS Code extension compiles, bundles and packs from its lock file.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/editors/need.sh
need .cache/node/bin/node "the packaging of the VS Code extension" node.sh
export PATH=$PWD/.cache/node/bin:$PATH npm_config_nodedir=
cd editors/vscode
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
npm run --silent package
test -s drizzle-drift.vsix
