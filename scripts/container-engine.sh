#!/bin/sh
# Sets up what `--target containers` needs, on Debian as root: the engine, a base image, a MinIO image. Does only what is missing, so
# it may be run again at any time. Public images are taken where they can be had; else the base is made by mmdebstrap and MinIO by
# its documented `go install`. Exits 5 with one line when something cannot be had.
set -eu
cd "$(dirname "$0")/.."
BASE_PUBLIC=debian:bookworm-slim
BASE_OWN=dr-drill/base:bookworm
MINIO_PUBLIC=quay.io/minio/minio:RELEASE.2024-12-13T22-19-12Z
MINIO_OWN=dr-drill/minio:built
MINIO_MODULE=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c

say() { printf 'container-engine: %s\n' "$1" >&2; }
fail() { say "$1"; exit 5; }
as_root() { [ "$(id -u)" -eq 0 ] || fail "$1 needs root: run sudo sh scripts/container-engine.sh"; }
has_image() { docker image inspect "$1" >/dev/null 2>&1; }
# A registry that cannot be reached must not hold anybody up.
pull() { timeout 120 docker pull --quiet "$1" >/dev/null 2>&1; }
lists_are_fresh=no
install_packages() {
  as_root "installing $*"
  command -v apt-get >/dev/null 2>&1 || fail "$* is missing and there is no apt-get: install it by this system's own means"
  if [ "$lists_are_fresh" = no ]; then apt-get update -qq >&2 || fail 'apt-get update did not succeed'; lists_are_fresh=yes; fi
  say "installing $*"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2 || fail "apt-get could not install $*"
}

engine() {
  docker info >/dev/null 2>&1 && return
  command -v dockerd >/dev/null 2>&1 || install_packages docker.io iptables
  docker info >/dev/null 2>&1 && return
  as_root 'starting dockerd'
  # Left by an engine that was killed, they keep the next one from starting.
  rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid
  say 'starting dockerd'
  log=${TMPDIR:-/tmp}/dr-drill-dockerd.log
  setsid dockerd --ip 127.0.0.1 --default-cgroupns-mode=private >"$log" 2>&1 </dev/null &
  for _ in $(seq 60); do docker info >/dev/null 2>&1 && return; sleep 0.5; done
  fail "dockerd did not start within 30 s; see $log"
}

base_image() {
  has_image "$BASE_PUBLIC" || has_image "$BASE_OWN" && return
  say "pulling $BASE_PUBLIC"
  pull "$BASE_PUBLIC" && return
  say 'it cannot be pulled: making a Debian with mmdebstrap'
  command -v mmdebstrap >/dev/null 2>&1 || install_packages mmdebstrap
  as_root 'mmdebstrap'
  work=$(mktemp -d)
  # The sources of this machine are those that it can reach.
  sources=/etc/apt/sources.list.d/debian.sources
  [ -f "$sources" ] || sources=/etc/apt/sources.list
  mmdebstrap --quiet --variant=minbase --mode=root bookworm "$work/base.tar" "$sources" >&2 || fail 'mmdebstrap did not succeed'
  docker import "$work/base.tar" "$BASE_OWN" >/dev/null || fail 'the base image could not be imported'
  rm -rf "$work"
}

minio_image() {
  has_image "$MINIO_PUBLIC" || has_image "$MINIO_OWN" && return
  say "pulling $MINIO_PUBLIC"
  pull "$MINIO_PUBLIC" && return
  say 'it cannot be pulled: building MinIO (go install, some minutes)'
  command -v go >/dev/null 2>&1 || fail 'MinIO is built with Go, which is not on PATH: install Go, or name an image by DRILL_MINIO_IMAGE'
  work=$(mktemp -d)
  GOBIN="$work" CGO_ENABLED=0 go install -trimpath -ldflags '-s -w' "$MINIO_MODULE" >&2 || fail 'go install of MinIO did not succeed'
  cp packages/drill/images/minio/Dockerfile "$work/"
  base=$BASE_PUBLIC
  has_image "$base" || base=$BASE_OWN
  docker build --quiet --build-arg "BASE=$base" --tag "$MINIO_OWN" "$work" >/dev/null || fail 'the MinIO image could not be built'
  rm -rf "$work"
}

command -v docker >/dev/null 2>&1 || install_packages docker.io iptables
engine
base_image
minio_image
say 'ready'
