#!/usr/bin/env bash
# Installs what a build needs and a machine lacks: a C compiler, the wasm target, Trunk,
# wasm-bindgen, wasm-opt. Does nothing when all is there; asks nothing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

trunk_version=0.21.14
wasm_bindgen_version=$(sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*/\1/p' Cargo.toml)

have cargo || fail "Rust is missing. Install it from https://rustup.rs and try again."
have node || fail "Node 20 is missing. Install it and try again."
debian_package cc gcc libc6-dev

installed() { [ "$("$1" --version 2>/dev/null | awk '{print $2}')" = "$2" ]; }

if ! [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; then
	say "Adding the wasm32 target"
	rustup target add wasm32-unknown-unknown
fi

# Debug builds of the tools: they compile in half the time and run fast enough.
if ! installed trunk "$trunk_version"; then
	say "Installing Trunk $trunk_version (once, about 7 minutes)"
	CARGO_TARGET_DIR=$tool_builds cargo install trunk --version "$trunk_version" \
		--locked --debug --force --no-default-features --features rustls
fi
# Without --locked: the lock file of this release names a crate that registries may not serve.
if ! installed wasm-bindgen "$wasm_bindgen_version"; then
	say "Installing wasm-bindgen $wasm_bindgen_version (once, about 3 minutes)"
	CARGO_TARGET_DIR=$tool_builds cargo install wasm-bindgen-cli --version "$wasm_bindgen_version" \
		--debug --force
fi
node_modules tools
