#!/usr/bin/env bash
# Puts Neovim into .cache/neovim/nvim, for the editor test. An installed Neovim that is new enough is linked; else
# Debian's packages (Neovim with every library it needs) are unpacked into .cache, through the mirror that this
# machine's apt already uses. No root is needed and nothing outside .cache changes.
set -euo pipefail
MINIMUM=0.11.0 # the first with vim.lsp.enable
SUITE=sid      # Debian's stable release is older than that; the package lists are fresh on each set-up
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
CACHE=$ROOT/.cache/neovim
LOG=$ROOT/.cache/setup-neovim.log
fail() { echo "set-up of Neovim failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR
recent() { # recent NVIM: is it MINIMUM or later?
  local version
  version=$("$1" --version 2>/dev/null | sed -n '1s/^NVIM v\([0-9.]*\).*/\1/p') || return 1
  [ -n "$version" ] && [ "$(printf '%s\n' "$MINIMUM" "$version" | sort -V | head -n 1)" = "$MINIMUM" ]
}

mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-neovim.lock"
flock 9
recent "$CACHE/nvim" && exit 0
rm -rf "$CACHE"
mkdir -p "$CACHE"
if installed=$(command -v nvim) && recent "$installed"; then
  ln -s "$installed" "$CACHE/nvim"
  exit 0
fi
: >"$LOG"
command -v apt-get >/dev/null && command -v dpkg >/dev/null \
  || fail "Neovim $MINIMUM or later is not installed and there is no apt to get it with; install Neovim"

# A private apt: its own lists, its own (empty) record of what is installed, so that the whole closure is fetched,
# its own C library included. Signatures and hashes are checked as ever; only the age of the suite's index is not,
# since mirrors may hold a copy older than its date.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || fail "Debian's archive keyring is missing; install Neovim $MINIMUM or later"
apt=$CACHE/apt
mkdir -p "$apt"/{lists/partial,cache/archives/partial,state,etc/sources.list.d,etc/preferences.d,etc/apt.conf.d} "$CACHE/root"
touch "$apt/state/status"
cat >"$apt/apt.conf" <<CONF
Dir::Etc "$apt/etc";
Dir::Etc::sourcelist "$apt/etc/sources.list";
Dir::Etc::sourceparts "$apt/etc/sources.list.d";
Dir::State "$apt/state";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/state/status";
Dir::Cache "$apt/cache";
Dir::Log "$apt/state";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
# The sources are listed before APT_CONFIG points elsewhere. Those that do not carry the suite just fail to update.
mirrors=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | awk '!seen[$0]++' || true)
export APT_CONFIG=$apt/apt.conf
fetch() { # fetch MIRROR: the packages, into the private archive
  echo "deb [signed-by=$keyring check-valid-until=no] $1 $SUITE main" >"$apt/etc/sources.list"
  timeout 300 apt-get -q --error-on=any update && timeout 600 apt-get -q install -y --download-only neovim patchelf
}
fetched=
for mirror in $mirrors; do
  if fetch "$mirror" >>"$LOG" 2>&1 </dev/null; then fetched=yes && break; fi
done
[ -n "$fetched" ] || fail "apt could not download Neovim from Debian $SUITE"
for package in "$apt"/cache/archives/*.deb; do
  dpkg -x "$package" "$CACHE/root" >>"$LOG" 2>&1 || fail "dpkg could not unpack $(basename "$package")"
done

# Bind Neovim to the libraries beside it. LD_LIBRARY_PATH would not do: the language server would inherit it.
libraries=$CACHE/root/usr/lib/$(uname -m)-linux-gnu
loader=$(echo "$libraries"/ld-linux-*.so.*)
"$loader" --library-path "$libraries" "$CACHE/root/usr/bin/patchelf" --set-interpreter "$loader" --force-rpath \
  --set-rpath "$libraries" "$CACHE/root/usr/bin/nvim" >>"$LOG" 2>&1 || fail "patchelf could not bind Neovim to its libraries"
printf '#!/bin/sh\nexport VIMRUNTIME=%s\nexec %s "$@"\n' "$CACHE/root/usr/share/nvim/runtime" "$CACHE/root/usr/bin/nvim" >"$CACHE/nvim"
chmod +x "$CACHE/nvim"
rm -rf "$apt"
recent "$CACHE/nvim" || fail "the unpacked Neovim does not start or is older than $MINIMUM"
