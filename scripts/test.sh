#!/usr/bin/env bash
# Everything that has to be green, cheapest first. Ends at the first phase that fails.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
source scripts/phase.sh

# The contract tests of the store run on a throw-away PostgreSQL, whose programs Debian keeps
# outside of PATH.
postgresql() {
	PATH=$PATH:$(printf '%s:' /usr/lib/postgresql/*/bin)
	debian_package initdb postgresql
}

start=$SECONDS
phase "Tools" scripts/tools.sh
scripts/lint.sh
phase "PostgreSQL" postgresql
phase "Unit, contract and property tests" cargo test --locked --workspace
phase "Browser half" scripts/bundle.sh
phase "The API against its own description" scripts/schema.sh
phase "End to end in Chromium" scripts/e2e.sh
phase "Reliability on both databases" scripts/reliability.sh
phase "Leaks that are built in are found" scripts/safety.sh
phase "The providers' own SDKs against the sandbox" scripts/sdk.sh
printf '\n=== All green after %d s\n' $((SECONDS - start))
