#!/usr/bin/env bash
# Tools, browser half, server: all that running and testing share. Takes seconds when nothing
# changed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/tools.sh
scripts/bundle.sh
say "Building the server (a first build takes some minutes)"
cargo build --locked --bin film-generator
