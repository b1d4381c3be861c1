#!/usr/bin/env bash
# Puts PGlite with its socket server into .cache/pglite, for the test that reads PostgreSQL as WebAssembly: two npm packages,
# started by server.mjs with a port. Nothing outside .cache changes.
set -euo pipefail
PGLITE=0.5.14 SOCKET=0.2.17
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
CACHE=$ROOT/.cache/pglite
LOG=$ROOT/.cache/setup-pglite.log
fail() { echo "set-up of PGlite failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-pglite.lock"
flock 9
[ "$(cat "$CACHE/version" 2>/dev/null || true)" = "$PGLITE $SOCKET" ] && exit 0
command -v npm >/dev/null || fail "npm is not installed; install Node.js with npm first"
rm -rf "$CACHE"
mkdir -p "$CACHE"
(cd "$CACHE" && timeout 600 npm install --silent --no-audit --no-fund --prefix . \
  "@electric-sql/pglite@$PGLITE" "@electric-sql/pglite-socket@$SOCKET") >"$LOG" 2>&1 </dev/null || fail "npm could not fetch it"
cat >"$CACHE/server.mjs" <<'SCRIPT'
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
const [port, sql] = process.argv.slice(2);
const db = await PGlite.create();
await db.exec(sql);
await new PGLiteSocketServer({ db, port: Number(port), host: "127.0.0.1", maxConnections: 4 }).start();
console.log("ready");
process.stdin.on("end", () => process.exit(0)).resume();
SCRIPT
echo "$PGLITE $SOCKET" >"$CACHE/version"
