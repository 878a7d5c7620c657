#!/usr/bin/env bash
# Builds the browser half into dist/ when anything that it is made of has changed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# Everything that can change the bundle. A name that is added or removed counts too.
inputs() {
	find Cargo.toml Cargo.lock Trunk.toml index.html rust-toolchain.toml \
		src crates/domain style public tools/package-lock.json tools/shrink.mjs scripts/bundle.sh \
		.cargo/config.toml \
		-type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
	rustc --version
	trunk --version
	wasm-bindgen --version
}

# Two builds at once would take each other's files away.
mkdir -p "$CARGO_TARGET_DIR"
exec 9>"$CARGO_TARGET_DIR/bundle.lock"
flock 9

stamp=dist/.inputs
now=$(inputs | sha256sum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then
	exit 0
fi
say "Building the browser half (a first build takes some minutes)"
cargo fetch --locked
NO_COLOR=true trunk build --release --offline --locked
say "Making it small"
node tools/shrink.mjs dist tools/node_modules/.bin/wasm-opt
echo "$now" >"$stamp"
