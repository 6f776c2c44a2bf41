#!/bin/sh
# Tests on real containers, where a container engine answers; elsewhere one line says why they do not run, and how many. Arguments go to
# vitest.
set -eu
cd "$(dirname "$0")/.."
# With --count REASON it only says how many there are.
not_run() {
  count=$(cat packages/drill/test/containers/*.test.ts | grep -cE '^ *test\(')
  echo "container tests: not run: $count ($1)" >&2
  exit 0
}
[ "${1:-}" != --count ] || not_run "$2"
if ! docker info >/dev/null 2>&1; then
  not_run 'no container engine answers; sudo sh scripts/container-engine.sh sets one up'
fi
sh scripts/setup.sh
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
DRILL_TEST_CONTAINERS=1 exec vitest run --project containers "$@"
