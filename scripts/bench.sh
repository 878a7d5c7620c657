#!/usr/bin/env bash
# The figures that must not get worse, measured on this machine with a release build.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/tools.sh
scripts/bundle.sh
say "Building the release server (a first build takes some minutes)"
cargo build --locked --release -p film-generator --bin film-generator -p store --example bare_commit
cargo build --locked --release -p reliability
PATH=$PATH:$(printf '%s:' /usr/lib/postgresql/*/bin) debian_package initdb postgresql

export FILM_CHROMIUM=${FILM_CHROMIUM:-/usr/bin/chromium}
debian_package "$FILM_CHROMIUM" chromium
node_modules end2end

say "Resolution"
cargo bench --locked -p domain --bench resolution -- --warm-up-time 1 --measurement-time 3

say "Adapters"
cargo bench --locked -p providers --bench adapters -- \
	--warm-up-time 0.2 --measurement-time 0.5 --sample-size 20 --noplot

say "Server"
FILM_BIN=$CARGO_TARGET_DIR/release/film-generator \
	BARE_COMMIT=$CARGO_TARGET_DIR/release/examples/bare_commit \
	CRITERION=$CARGO_TARGET_DIR/criterion \
	node scripts/bench/server.mjs

say "Jobs"
for database in sqlite postgres; do
	FILM_BIN=$CARGO_TARGET_DIR/release/film-generator \
		"$CARGO_TARGET_DIR/release/reliability" pace --database "$database"
done
