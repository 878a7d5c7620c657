#!/usr/bin/env bash
# Shows that the search for leaked secrets finds them: the sweep of tests/safety over a program that
# leaks on purpose, which only a build with the feature failpoints can. Everything else of
# tests/safety is part of cargo test.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
source scripts/reliability/programs.sh

FILM_BIN=$server_with_failpoints cargo test --locked --workspace --test safety -- --ignored
