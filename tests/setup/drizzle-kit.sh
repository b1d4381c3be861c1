#!/usr/bin/env bash
# Installs the pinned drizzle-kits (0.31 and 1.0) into .cache/drizzle-kit and .cache/drizzle-kit-1.0, each with its
# drizzle-orm, drivers and TypeScript: the oracles of push. Nothing outside .cache changes.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
LOG=$ROOT/.cache/setup-drizzle-kit.log
fail() { echo "set-up of drizzle-kit failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR

install() { # install NAME: what tests/setup/NAME pins, into .cache/NAME
  local pinned=$ROOT/tests/setup/$1 cache=$ROOT/.cache/$1
  if cmp -s "$pinned/package-lock.json" "$cache/complete"; then return; fi
  command -v npm >/dev/null || fail "npm is not installed; install Node.js with npm first"
  rm -rf "$cache"
  mkdir -p "$cache"
  cp "$pinned/package.json" "$pinned/package-lock.json" "$cache/"
  # No scripts: everything here is JavaScript or comes as a built binary.
  (cd "$cache" && timeout 900 npm ci --no-audit --no-fund --ignore-scripts) >>"$LOG" 2>&1 </dev/null \
    || fail "npm could not install the packages of $1"
  timeout 60 "$cache/node_modules/.bin/drizzle-kit" --version >>"$LOG" 2>&1 </dev/null || fail "$1 does not start"
  cp "$pinned/package-lock.json" "$cache/complete"
}

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-drizzle-kit.lock"
flock 9
: >"$LOG"
install drizzle-kit
install drizzle-kit-1.0
