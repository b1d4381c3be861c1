#!/usr/bin/env bash
# A real Neovim, headless, shows the drift of examples/conversations, its hover and applies quick-fix A.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/editors/need.sh
need .cache/neovim/nvim "the Neovim test" neovim.sh
need .cache/node/bin/node "the Neovim test" node.sh
binary=$(realpath "${DRIZZLE_DRIFT_BINARY:-${CARGO_TARGET_DIR:-target}/debug/drizzle-drift}")
[ -x "$binary" ] || { echo "FAILED: $binary is not built; run cargo build" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.cache/node/bin/node --disable-warning=ExperimentalWarning tests/editors/fixture.mjs "$work/project"
# The configuration starts `drizzle-drift` from PATH, as a user's does. Nothing of this machine's user is read or written.
ln -s "$binary" "$work/drizzle-drift"
export PATH=$work:$PATH XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state XDG_DATA_HOME=$work/data
export DRIFT_TEST_PROJECT=$work/project DRIFT_TEST_EDITORS=$PWD/editors DRIFT_TEST_NODE=$PWD/.cache/node/bin/node
timeout --kill-after=10 90 .cache/neovim/nvim --clean --headless -c "luafile $PWD/tests/editors/neovim.lua" </dev/null
