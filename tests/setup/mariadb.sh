#!/usr/bin/env bash
# Puts a real MariaDB 10.11 server into .cache/mariadb, for the tests of the live side: Debian's package with every
# library it needs, and an initialised data folder (.cache/mariadb/data) that the tests copy. Nothing outside .cache changes.
set -euo pipefail
SUITE=bookworm # the one that has 10.11
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
CACHE=$ROOT/.cache/mariadb
LOG=$ROOT/.cache/setup-mariadb.log
fail() { echo "set-up of MariaDB failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR
. "$ROOT/tests/setup/debian.bash"

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-mariadb.lock"
flock 9
[ -f "$CACHE/version" ] && exit 0
rm -rf "$CACHE"
mkdir -p "$CACHE"
: >"$LOG"
why=$(debian_unpack "$SUITE" "$CACHE" "$LOG" mariadb-server-core) || fail "$why"

# Before Debian 13 some libraries stand in /lib.
libraries=$CACHE/root/usr/lib/$(uname -m)-linux-gnu:$CACHE/root/lib/$(uname -m)-linux-gnu
loader=$(ls "$CACHE"/root/{usr/lib,lib}/"$(uname -m)"-linux-gnu/ld-linux-*.so.* 2>>"$LOG" | head -n 1) || true
[ -n "$loader" ] || fail "the package of the C library has no loader"
scripts=$CACHE/root/usr/share/mysql
cat >"$CACHE/mariadbd" <<SCRIPT
#!/bin/sh
exec "$loader" --library-path "$libraries" "$CACHE/root/usr/sbin/mariadbd" --no-defaults \\
  --basedir="$CACHE/root/usr" --lc-messages-dir="$scripts" --plugin-dir="$CACHE/root/usr/lib/mysql/plugin" \\
  --character-sets-dir="$scripts/charsets" --innodb-doublewrite=OFF --innodb-flush-log-at-trx-commit=0 \\
  --innodb-log-file-size=8M --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci "\$@"
SCRIPT
chmod +x "$CACHE/mariadbd"
# What mariadb-install-db does, without the programs that it looks for: root may log in without a password.
{
  printf "%s;\n" "create database mysql" "use mysql" "set @auth_root_socket=NULL" "set @skip_auth_anonymous=1"
  cat "$scripts"/{mysql_system_tables,mysql_performance_tables,mysql_system_tables_data,maria_add_gis_sp_bootstrap}.sql
  cat "$scripts/mysql_sys_schema.sql"
} >"$CACHE/bootstrap.sql"
mkdir "$CACHE/data"
"$CACHE/mariadbd" --user="$(id -un)" --datadir="$CACHE/data" --bootstrap --skip-grant-tables --net-buffer-length=16K \
  <"$CACHE/bootstrap.sql" >>"$LOG" 2>&1 || fail "its data folder could not be made"
rm "$CACHE/bootstrap.sql"
"$CACHE/mariadbd" --version 2>>"$LOG" | sed -n 's/.* Ver \([0-9.]*\).*/\1/p' >"$CACHE/version.new"
grep -q . "$CACHE/version.new" || fail "the unpacked MariaDB does not start"
mv "$CACHE/version.new" "$CACHE/version"
