#!/usr/bin/env bash
# Installs the pinned drizzle-kit, drizzle-orm, drivers and TypeScript into .cache/drizzle-kit: the oracle that says what
# push makes of a quick-fix. Nothing outside .cache changes.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
PINNED=$ROOT/tests/setup/drizzle-kit
CACHE=$ROOT/.cache/drizzle-kit
LOG=$ROOT/.cache/setup-drizzle-kit.log
fail() { echo "set-up of drizzle-kit failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-drizzle-kit.lock"
flock 9
cmp -s "$PINNED/package-lock.json" "$CACHE/complete" && exit 0
command -v npm >/dev/null || fail "npm is not installed; install Node.js with npm first"

rm -rf "$CACHE"
mkdir -p "$CACHE"
cp "$PINNED/package.json" "$PINNED/package-lock.json" "$CACHE/"
# No scripts: everything here is JavaScript or comes as a built binary.
(cd "$CACHE" && timeout 900 npm ci --no-audit --no-fund --ignore-scripts) >"$LOG" 2>&1 </dev/null \
  || fail "npm could not install the pinned packages"
timeout 60 "$CACHE/node_modules/.bin/drizzle-kit" --version >>"$LOG" 2>&1 </dev/null || fail "drizzle-kit does not start"
cp "$PINNED/package-lock.json" "$CACHE/complete"
