#!/usr/bin/env bash
# Puts a real MySQL server into .cache/mysql, for the tests of the live side: Debian's package with every library it
# needs, its C library included, through the mirror that this machine's apt already uses; and an initialised data folder
# (.cache/mysql/data) that the tests copy. No root is needed and nothing outside .cache changes.
set -euo pipefail
SUITE=sid # the only one that has MySQL
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
CACHE=$ROOT/.cache/mysql
LOG=$ROOT/.cache/setup-mysql.log
fail() { echo "set-up of MySQL failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-mysql.lock"
flock 9
[ -f "$CACHE/version" ] && exit 0
rm -rf "$CACHE"
mkdir -p "$CACHE"
: >"$LOG"
command -v apt-get >/dev/null && command -v dpkg >/dev/null || fail "there is no apt to get it with"

# A private apt with lists of its own. Signatures and hashes are checked as ever.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || fail "Debian's archive keyring is missing"
apt=$CACHE/apt
mkdir -p "$apt"/{lists/partial,cache/archives/partial,debs}
cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
mirrors=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | awk '!seen[$0]++' || true)
export APT_CONFIG=$apt/apt.conf
fetch() { # fetch MIRROR: the packages, but for Perl and what only its scripts need
  echo "deb [signed-by=$keyring check-valid-until=no] $1 $SUITE main" >"$apt/sources.list"
  timeout 300 apt-get -q --error-on=any update || return 1
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
    "mysql-server-core/$SUITE" | grep -E '^[a-z0-9]' | grep -vE '^(perl|libperl|libgdbm)' | sort -u | sed "s#\$#/$SUITE#" >"$apt/packages"
  (cd "$apt/debs" && xargs timeout 600 apt-get -q download <"$apt/packages")
}
fetched=
for mirror in $mirrors; do
  if fetch "$mirror" >>"$LOG" 2>&1 </dev/null; then fetched=yes && break; fi
done
[ -n "$fetched" ] || fail "apt could not download MySQL from Debian $SUITE"
for package in "$apt"/debs/*.deb; do
  dpkg -x "$package" "$CACHE/root" >>"$LOG" 2>&1 || fail "dpkg could not unpack $(basename "$package")"
done
rm -rf "$apt"

libraries=$CACHE/root/usr/lib/$(uname -m)-linux-gnu
loader=$(echo "$libraries"/ld-linux-*.so.*)
cat >"$CACHE/mysqld" <<SCRIPT
#!/bin/sh
exec "$loader" --library-path "$libraries:$CACHE/root/usr/lib/mysql/private" "$CACHE/root/usr/sbin/mysqld" --no-defaults \\
  --basedir="$CACHE/root/usr" --lc-messages-dir="$CACHE/root/usr/share/mysql" --plugin-dir="$CACHE/root/usr/lib/mysql/plugin" \\
  --character-sets-dir="$CACHE/root/usr/share/mysql/charsets" --secure-file-priv= --skip-log-bin --innodb-doublewrite=OFF \\
  --innodb-flush-log-at-trx-commit=0 --innodb-redo-log-capacity=64M "\$@"
SCRIPT
chmod +x "$CACHE/mysqld"
"$CACHE/mysqld" --user="$(id -un)" --datadir="$CACHE/data" --initialize-insecure >>"$LOG" 2>&1 || fail "its data folder could not be made"
"$CACHE/mysqld" --version 2>>"$LOG" | sed -n 's/.* Ver \([0-9.]*\).*/\1/p' >"$CACHE/version.new"
grep -q . "$CACHE/version.new" || fail "the unpacked MySQL does not start"
mv "$CACHE/version.new" "$CACHE/version"
