#!/usr/bin/env bash
# Puts a real MySQL server into .cache/mysql, for the tests of the live side: Debian's package with every library it
# needs, and an initialised data folder (.cache/mysql/data) that the tests copy. Nothing outside .cache changes.
set -euo pipefail
SUITE=sid # the only one that has MySQL
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
CACHE=$ROOT/.cache/mysql
LOG=$ROOT/.cache/setup-mysql.log
fail() { echo "set-up of MySQL failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR
. "$ROOT/tests/setup/debian.bash"

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-mysql.lock"
flock 9
[ -f "$CACHE/version" ] && exit 0
rm -rf "$CACHE"
mkdir -p "$CACHE"
: >"$LOG"
why=$(debian_unpack "$SUITE" "$CACHE" "$LOG" mysql-server-core) || fail "$why"

libraries=$CACHE/root/usr/lib/$(uname -m)-linux-gnu
loader=$(echo "$libraries"/ld-linux-*.so.*)
cat >"$CACHE/mysqld" <<SCRIPT
#!/bin/sh
here=\$(cd "\$(dirname "\$0")" && pwd)
exec "$loader" --library-path "$libraries:$CACHE/root/usr/lib/mysql/private" "$CACHE/root/usr/sbin/mysqld" --no-defaults \\
  --basedir="$CACHE/root/usr" --lc-messages-dir="$CACHE/root/usr/share/mysql" --plugin-dir="$CACHE/root/usr/lib/mysql/plugin" \\
  --character-sets-dir="$CACHE/root/usr/share/mysql/charsets" --secure-file-priv= --skip-log-bin --innodb-doublewrite=OFF \\
  --innodb-flush-log-at-trx-commit=0 --innodb-redo-log-capacity=64M "\$@"
SCRIPT
# Relative to itself, so that .cache may be moved.
sed -i "s|$CACHE|\$here|g" "$CACHE/mysqld"
chmod +x "$CACHE/mysqld"
"$CACHE/mysqld" --user="$(id -un)" --datadir="$CACHE/data" --initialize-insecure >>"$LOG" 2>&1 || fail "its data folder could not be made"
"$CACHE/mysqld" --version 2>>"$LOG" | sed -n 's/.* Ver \([0-9.]*\).*/\1/p' >"$CACHE/version.new"
grep -q . "$CACHE/version.new" || fail "the unpacked MySQL does not start"
mv "$CACHE/version.new" "$CACHE/version"
