#!/usr/bin/env bash
# Puts real MariaDB servers into .cache/mariadb (10.11) and .cache/mariadb-11 (11.8), for the tests of the live side:
# Debian's packages with every library they need, and initialised data folders (.cache/mariadb/data) that the tests copy.
# Nothing outside .cache changes.
set -Eeuo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
LOG=$ROOT/.cache/setup-mariadb.log
fail() { echo "set-up of MariaDB failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR
. "$ROOT/tests/setup/debian.bash"

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-mariadb.lock"
flock 9
: >"$LOG"

set_up() { # set_up SUITE FOLDER: the server that the suite of Debian has
  CACHE=$ROOT/.cache/$2
  [ -f "$CACHE/version" ] && return
  rm -rf "$CACHE"
  mkdir -p "$CACHE"
  why=$(debian_unpack "$1" "$CACHE" "$LOG" mariadb-server-core) || fail "$why"

  # Before Debian 13 some libraries stand in /lib.
  libraries=$CACHE/root/usr/lib/$(uname -m)-linux-gnu:$CACHE/root/lib/$(uname -m)-linux-gnu
  loader=$(ls "$CACHE"/root/{usr/lib,lib}/"$(uname -m)"-linux-gnu/ld-linux-*.so.* 2>>"$LOG" | head -n 1) || true
  [ -n "$loader" ] || fail "the package of the C library has no loader"
  # Called after MySQL until version 10.
  scripts=$CACHE/root/usr/share/mariadb
  [ -d "$scripts" ] || scripts=$CACHE/root/usr/share/mysql
  cat >"$CACHE/mariadbd" <<SCRIPT
#!/bin/sh
here=\$(cd "\$(dirname "\$0")" && pwd)
exec "$loader" --library-path "$libraries" "$CACHE/root/usr/sbin/mariadbd" --no-defaults \\
  --basedir="$CACHE/root/usr" --lc-messages-dir="$scripts" --plugin-dir="$CACHE/root/usr/lib/mysql/plugin" \\
  --character-sets-dir="$scripts/charsets" --innodb-doublewrite=OFF --innodb-flush-log-at-trx-commit=0 \\
  --innodb-log-file-size=8M --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci "\$@"
SCRIPT
  # Relative to itself, so that .cache may be moved.
  sed -i "s|$CACHE|\$here|g" "$CACHE/mariadbd"
  chmod +x "$CACHE/mariadbd"
  # What mariadb-install-db does, without the programs that it looks for: root may log in without a password.
  {
    printf "%s;\n" "create database mysql" "use mysql" "set @auth_root_socket=NULL" "set @skip_auth_anonymous=1"
    cat "$scripts"/*_system_tables.sql "$scripts"/*_performance_tables.sql "$scripts"/*_system_tables_data.sql
    cat "$scripts/maria_add_gis_sp_bootstrap.sql" "$scripts"/*_sys_schema.sql
  } >"$CACHE/bootstrap.sql"
  mkdir "$CACHE/data"
  "$CACHE/mariadbd" --user="$(id -un)" --datadir="$CACHE/data" --bootstrap --skip-grant-tables --net-buffer-length=16K \
    <"$CACHE/bootstrap.sql" >>"$LOG" 2>&1 || fail "its data folder could not be made"
  rm "$CACHE/bootstrap.sql"
  "$CACHE/mariadbd" --version 2>>"$LOG" | sed -n 's/.* Ver \([0-9.]*\).*/\1/p' >"$CACHE/version.new"
  grep -q . "$CACHE/version.new" || fail "the unpacked MariaDB does not start"
  mv "$CACHE/version.new" "$CACHE/version"
}

set_up bookworm mariadb
set_up trixie mariadb-11
