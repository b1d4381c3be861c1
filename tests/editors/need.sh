# Sourced by the editor tests, from the repository's root.

# need FILE TEST SETUP: without FILE, which the set-up script makes, the test fails in CI and is skipped elsewhere.
need() {
  [ -x "$1" ] && return
  if [ -n "${CI:-}" ]; then
    echo "FAILED: $2 needs $1; tests/setup/$3 makes it" >&2
    exit 1
  fi
  echo "skipped: $2 (run tests/setup/$3 to see why it could not be set up)"
  exit 0
}
