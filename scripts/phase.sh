# Sourced: runs one phase under a heading, says how long it took, and ends at the first failure.
# shellcheck shell=bash

# phase NAME COMMAND…
phase() {
	local name=$1 start=$SECONDS
	shift
	printf '\n\033[1m=== %s\033[0m\n' "$name"
	if ! "$@"; then
		printf '\033[1m=== %s: failed after %d s\033[0m\n' "$name" $((SECONDS - start)) >&2
		exit 1
	fi
	printf '=== %s: %d s\n' "$name" $((SECONDS - start))
}
