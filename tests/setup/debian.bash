# Sourced by the set-ups of servers that Debian packages: downloads and unpacks a package with every library it needs, its
# C library included, through the mirror that this machine's apt already uses. Nothing is installed and no root is needed.

debian_unpack() { # debian_unpack SUITE FOLDER LOG PACKAGE...: unpacks the packages into FOLDER/root, but for Perl and what only its scripts need
  local suite=$1 folder=$2 log=$3 mirror mirrors package fetched=
  shift 3
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "there is no apt to get it with"; return 1; }
  # A private apt with lists of its own. Signatures and hashes are checked as ever.
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -r "$keyring" ] || { echo "Debian's archive keyring is missing"; return 1; }
  local apt=$folder/apt
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
  for mirror in $mirrors; do
    if debian_fetch "$apt" "$keyring" "$mirror" "$suite" "$@" >>"$log" 2>&1 </dev/null; then fetched=yes && break; fi
  done
  [ -n "$fetched" ] || { echo "apt could not download $* from Debian $suite"; return 1; }
  for package in "$apt"/debs/*.deb; do
    dpkg -x "$package" "$folder/root" >>"$log" 2>&1 || { echo "dpkg could not unpack $(basename "$package")"; return 1; }
  done
  rm -rf "$apt"
}

debian_fetch() { # debian_fetch APT KEYRING MIRROR SUITE PACKAGE...
  local apt=$1 suite=$4
  echo "deb [signed-by=$2 check-valid-until=no] $3 $suite main" >"$apt/sources.list"
  export APT_CONFIG=$apt/apt.conf
  shift 4
  timeout 300 apt-get -q --error-on=any update || return 1
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
    "${@/%//$suite}" | grep -E '^[a-z0-9]' | grep -vE '^(perl|libperl|libgdbm)' | sort -u | sed "s#\$#/$suite#" >"$apt/packages"
  (cd "$apt/debs" && xargs timeout 600 apt-get -q download <"$apt/packages")
}
