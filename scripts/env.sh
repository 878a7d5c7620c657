# Sourced by the other scripts: where things are, and how progress is told.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Each checkout has its own: cargo takes what another checkout has built for its own.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
tool_builds=$HOME/.cache/film-generator/tools
cargo_bin=${CARGO_HOME:-$HOME/.cargo}/bin
export PATH=$cargo_bin:$root/tools/node_modules/.bin:$PATH

# say TEXT…: one line of progress.
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

# fail TEXT…: says what is wrong and what to do, and ends.
fail() { printf '\033[1merror:\033[0m %s\n' "$*" >&2; exit 1; }

have() { command -v "$1" >/dev/null 2>&1; }

# debian_package PROGRAM PACKAGE…: installs Debian packages when PROGRAM is missing.
debian_package() {
	local program=$1
	shift
	have "$program" && return
	have apt-get || fail "$program is missing. Install it and try again."
	[ "$(id -u)" -eq 0 ] || fail "$program is missing. Install it with: sudo apt-get install -y $*"
	say "Installing $*"
	{ DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" ||
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }; } >/dev/null ||
		fail "Could not install $*. Install it by hand and try again."
	hash -r
}

# node_modules FOLDER: what FOLDER/package-lock.json says, installed once per lock file.
node_modules() {
	local folder=$1
	cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock" && return
	have npm || fail "Node 20 with npm is missing. Install it and try again."
	say "Installing the npm packages of $folder"
	PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix "$folder" --no-audit --no-fund --loglevel error
	cp "$folder/package-lock.json" "$folder/node_modules/.installed-lock"
}
