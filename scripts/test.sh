#!/bin/sh
# Everything that must hold: types, lint and format, then tidy, unit, property and end-to-end tests.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
tsc -b
tsc -p tsconfig.tests.json
biome check --error-on-warnings .
exec vitest run "$@"
