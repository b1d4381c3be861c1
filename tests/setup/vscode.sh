#!/usr/bin/env bash
# Puts a real VS Code (the server that code-server packages, with its Node extension host) and a way to drive it
# (playwright-core) into .cache/vscode, for the editor test; and finds or, as root, installs Chromium, whose window
# starts the extension host. Apart from Chromium nothing outside .cache changes.
set -euo pipefail
CODE_SERVER=4.139.1 # VS Code 1.139
PLAYWRIGHT=1.65.1
DRIZZLE_ORM=0.45.4 # so that the TypeScript of the test project compiles
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
CACHE=$ROOT/.cache/vscode
LOG=$ROOT/.cache/setup-vscode.log
STAMP="code-server $CODE_SERVER, playwright-core $PLAYWRIGHT, drizzle-orm $DRIZZLE_ORM"
fail() { echo "set-up of VS Code failed: $1 (log: $LOG)" >&2; exit 1; }
trap 'fail "unexpected error on line $LINENO"' ERR

bash "$ROOT/tests/setup/node.sh"
mkdir -p "$ROOT/.cache"
exec 9>"$ROOT/.cache/setup-vscode.lock"
flock 9
: >"$LOG"

find_chromium() {
  local name
  for name in "${CHROMIUM:-chromium}" chromium chromium-browser google-chrome-stable google-chrome; do
    command -v "$name" && return 0
  done
  return 1
}
if ! chromium=$(find_chromium); then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null \
    || fail "Chromium is not installed; install it, or set CHROMIUM to a Chromium or Chrome"
  {
    timeout 300 apt-get -qq -o DPkg::Lock::Timeout=300 update &&
      DEBIAN_FRONTEND=noninteractive timeout 600 apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
        install -y --no-install-recommends chromium fonts-dejavu-core
  } >>"$LOG" 2>&1 </dev/null || fail "apt could not install Chromium"
  chromium=$(find_chromium) || fail "the installed Chromium was not found"
fi

if [ "$(cat "$CACHE/stamp" 2>/dev/null || true)" != "$STAMP" ]; then
  node=$ROOT/.cache/node
  export PATH=$node/bin:$PATH npm_config_nodedir=$node/dist # native modules are built against this Node's headers
  quiet() { timeout 900 "$@" >>"$LOG" 2>&1 </dev/null; }
  install() { quiet npm install --no-audit --no-fund --ignore-scripts "$@"; }
  rm -rf "$CACHE"
  mkdir -p "$CACHE"
  cd "$CACHE"
  echo '{"private":true}' >package.json
  install "code-server@$CODE_SERVER" "playwright-core@$PLAYWRIGHT" "drizzle-orm@$DRIZZLE_ORM" \
    || fail "npm could not install code-server and playwright-core"
  # What code-server's own install script would do, less the parts that download from elsewhere and are not needed here.
  server=$CACHE/node_modules/code-server/lib/vscode
  (cd "$server" && install --omit=dev) || fail "npm could not install the packages of VS Code's server"
  (cd "$server/extensions" && install --omit=dev) || fail "npm could not install the packages of VS Code's extensions"
  (cd "$server" && quiet npm rebuild --ignore-scripts=false --foreground-scripts @vscode/spdlog @vscode/native-watchdog) \
    || fail "npm could not build VS Code's native modules (a C++ compiler, make and python3 are needed)"
  timeout 60 node "$server/out/server-main.js" --version >>"$LOG" 2>&1 || fail "the installed VS Code server does not start"
  echo "$STAMP" >stamp
fi
ln -sfn "$chromium" "$CACHE/chromium"
