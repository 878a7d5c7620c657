# Sourced after env.sh: builds the programs that the scenarios of crates/reliability need, and says
# where they are. The one with failpoints is built first and kept under another name, so that what
# is left in place is the ordinary one.
# shellcheck shell=bash

postgres_programs=$(printf '%s:' /usr/lib/postgresql/*/bin)
export PATH=$PATH:$postgres_programs
debian_package initdb postgresql
[ -d dist ] || scripts/bundle.sh

server=$CARGO_TARGET_DIR/debug/film-generator
server_with_failpoints=$CARGO_TARGET_DIR/debug/film-generator-with-failpoints
reliability=$CARGO_TARGET_DIR/debug/reliability
cargo build --locked --features failpoints --bin film-generator
cp "$server" "$server_with_failpoints"
cargo build --locked --bin film-generator
cargo build --locked -p reliability
export server server_with_failpoints reliability
