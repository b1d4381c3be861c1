#!/usr/bin/env bash
# All checks and tests, from a fresh clone: sets up what they need (into .cache), then runs them, cheapest first.
# With CI set, a set-up that fails is an error; without, the tests that need it say in one line that they are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
mkdir -p .cache

SECONDS=0
child=
setups=
# However the script ends, what it has started ends with it.
stop() { [ -z "$1" ] || kill "$1" 2>/dev/null || true; }
trap 'stop "$child"; stop "$setups"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

headline() { echo "== $1 [$(printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60)))]"; }
limited() { # limited SECONDS COMMAND...: runs the command, no longer than that; `stop "$child"` ends it
  timeout --kill-after=30 "$@" </dev/null &
  child=$!
  local status=0
  wait "$child" || status=$?
  child=
  return "$status"
}
step() { # step TITLE SECONDS COMMAND...
  headline "$1"
  local status=0
  limited "${@:2}" || status=$?
  [ "$status" = 0 ] && return
  [ "$status" != 124 ] || echo "stopped after $2 seconds" >&2
  echo "FAILED: $1" >&2
  exit 1
}
set_up() {
  trap 'stop "$child"' EXIT
  local script status=0
  for script in tests/setup/*.sh; do
    limited 1800 bash "$script" || status=1
  done
  return "$status"
}

step "formatting" 120 cargo fmt --check

# The set-ups download and unpack while the compiler works. One after the other, since some of them use apt.
(set_up) 2>.cache/setup.messages &
setups=$!

step "clippy" 1800 cargo clippy --locked --all-targets -- -D warnings
step "documentation" 1200 env RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps
step "binary" 1800 cargo build --locked

headline "set-up"
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
headline "all passed"
