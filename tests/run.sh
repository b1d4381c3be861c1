#!/usr/bin/env bash
# All checks and tests, from a fresh clone: sets up what they need (into .cache), then runs them, cheapest first.
# With CI set, a set-up that fails is an error; without, the tests that need it say in one line that they are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
mkdir -p .cache

SECONDS=0
setups=
# Ends the set-ups with the script, however it ends; they are a process group of their own.
trap '[ -z "$setups" ] || kill -- "-$setups" 2>/dev/null || true' EXIT
step() { # step TITLE SECONDS COMMAND...: runs the command, with a limit
  local title=$1 limit=$2
  shift 2
  echo "== $title [$(printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60)))]"
  local status=0
  timeout --kill-after=30 "$limit" "$@" </dev/null || status=$?
  [ "$status" = 0 ] && return
  [ "$status" = 124 ] && echo "stopped after $limit seconds" >&2
  echo "FAILED: $title" >&2
  exit 1
}

step "formatting" 120 cargo fmt --check

# The set-ups download and unpack while the compiler works. One after the other, since some of them use apt.
set -m
(
  status=0
  for script in tests/setup/*.sh; do
    timeout --kill-after=30 1800 bash "$script" || status=1
  done
  exit $status
) </dev/null 2>.cache/setup.messages &
setups=$!
set +m

step "clippy" 1800 cargo clippy --locked --all-targets -- -D warnings
step "documentation" 1200 env RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
step "binary" 1800 cargo build --locked

echo "== set-up [$(printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60)))]"
status=0
wait "$setups" || status=$?
setups=
cat .cache/setup.messages >&2
if [ "$status" != 0 ] && [ -n "${CI:-}" ]; then
  echo "FAILED: set-up" >&2
  exit 1
fi

step "unit and integration tests" 2400 cargo test --locked --no-fail-fast
step "VS Code extension: types and package" 600 bash tests/editors/package.sh
step "Neovim" 120 bash tests/editors/neovim.sh
step "VS Code" 400 bash tests/editors/vscode.sh
echo "== all passed [$(printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60)))]"
