#!/usr/bin/env bash
# Puts PgBouncer into .cache/pgbouncer, for the tests that read through a transaction pooler: Debian's package with every
# library it needs. Nothing outside .cache changes.
set -euo pipefail
SUITE=bookworm # the one that has 1.18, which knows no prepared statements
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
CACHE=$ROOT/.cache/pgbouncer
LOG=$ROOT/.cache/setup-pgbouncer.log
fail() { echo "set-up of PgBouncer failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR
. "$ROOT/tests/setup/debian.bash"

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-pgbouncer.lock"
flock 9
[ -f "$CACHE/version" ] && exit 0
rm -rf "$CACHE"
mkdir -p "$CACHE"
: >"$LOG"
why=$(debian_unpack "$SUITE" "$CACHE" "$LOG" pgbouncer) || fail "$why"

libraries=$CACHE/root/usr/lib/$(uname -m)-linux-gnu:$CACHE/root/lib/$(uname -m)-linux-gnu
loader=$(ls "$CACHE"/root/{usr/lib,lib}/"$(uname -m)"-linux-gnu/ld-linux-*.so.* 2>>"$LOG" | head -n 1) || true
[ -n "$loader" ] || fail "the package of the C library has no loader"
cat >"$CACHE/pgbouncer" <<SCRIPT
#!/bin/sh
exec "$loader" --library-path "$libraries" "$CACHE/root/usr/sbin/pgbouncer" "\$@"
SCRIPT
chmod +x "$CACHE/pgbouncer"
"$CACHE/pgbouncer" --version 2>>"$LOG" | sed -n 's/^PgBouncer //p' >"$CACHE/version.new"
grep -q . "$CACHE/version.new" || fail "the unpacked PgBouncer does not start"
mv "$CACHE/version.new" "$CACHE/version"
