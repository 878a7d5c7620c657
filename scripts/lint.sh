#!/usr/bin/env bash
# Format and lints, for the server's half on this machine and for the browser's half on wasm32.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
source scripts/phase.sh

scripts/tools.sh
phase "Format" cargo fmt --all --check
phase "Lints: server" cargo clippy --locked --workspace --all-targets -- -D warnings
phase "Lints: browser" cargo clippy --locked --target wasm32-unknown-unknown --no-default-features \
	--features hydrate --lib --bin client -- -D warnings
