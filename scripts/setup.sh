#!/bin/sh
# Sets up what is missing: dependencies (with the Node that the lockfile pins) and the build. Says so on stderr; silent when
# there is nothing to do. A failed set-up exits 5 (contracts.md: the environment lacks something).
set -eu
cd "$(dirname "$0")/.."
export NODE_NO_WARNINGS=1

fail() { printf 'drill: set-up failed: %s\n' "$1" >&2; exit 5; }
install() { npm ci --ignore-scripts --loglevel=error 1>&2; }
has_pinned_node() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64 | Linux-aarch64) [ -x node_modules/.bin/node ] ;;
    *) true ;;
  esac
}
command -v node >/dev/null 2>&1 || fail 'Node 20 or newer is not on PATH; install it from nodejs.org or your distribution'
command -v npm >/dev/null 2>&1 || fail 'npm is not on PATH; it comes with Node'

mkdir -p .setup || fail 'this folder is not writable; clone the repository where you may write'
# One set-up at a time: a drill and a test run started together must not install over each other. A stale lock is taken over.
until ln -s "$$" .setup/lock 2>/dev/null; do
  holder=$(readlink .setup/lock || true)
  if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then rm -f .setup/lock; else sleep 0.2; fi
done
trap 'rm -f .setup/lock' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

lock_digest=$(cksum package-lock.json)
if [ ! -d node_modules ] || [ "$(cat .setup/dependencies 2>/dev/null || true)" != "$lock_digest" ]; then
  echo 'drill: set-up: installing dependencies (npm ci)' >&2
  install || fail 'npm ci did not succeed; see its output above (is a package registry reachable?)'
  # The pinned Node is an optional dependency, one per platform: npm says nothing when its download fails.
  if ! has_pinned_node; then
    echo 'drill: set-up: the pinned Node did not arrive; installing once more' >&2
    install || fail 'npm ci did not succeed; see its output above (is a package registry reachable?)'
    has_pinned_node || fail 'the pinned Node could not be downloaded; try again (is a package registry reachable?)'
  fi
  printf '%s' "$lock_digest" >.setup/dependencies
fi
PATH="$PWD/node_modules/.bin:$PATH"
export PATH

# Rebuild only when a source, or what decides the build, is newer than the last build.
if [ ! -f .setup/built ] || [ -n "$(find packages/*/src packages/*/package.json packages/*/tsconfig.json tsconfig*.json package-lock.json scripts/bundle.ts drill.config.ts -newer .setup/built -print 2>/dev/null | head -n 1)" ]; then
  echo 'drill: set-up: building (tsc -b, esbuild)' >&2
  : >.setup/building
  tsc -b 1>&2 || fail 'the build did not succeed; see the compiler output above'
  node scripts/bundle.ts 1>&2 || fail 'the bundles could not be made; see the output above'
  mv .setup/building .setup/built
fi
