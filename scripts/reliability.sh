#!/usr/bin/env bash
# Proof of reliability in its short form: every scenario of crates/reliability on both databases,
# four at a time, because most of their time is waiting for leases to run out. Its long form is in
# docs/reliability.md. Ends with 1 if anything was broken; SEED=… has a run again.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
source scripts/reliability/programs.sh

seed=${SEED:-$RANDOM}
say "Seed $seed"

# lane DATABASE SCENARIO…: one after the other; a scenario is its name with its arguments.
lane() {
	local database=$1 scenario
	shift
	for scenario in "$@"; do
		local words
		read -ra words <<<"$scenario"
		local FILM_BIN=$server
		[ "$scenario" = seams ] && FILM_BIN=$server_with_failpoints
		FILM_BIN=$FILM_BIN "$reliability" "${words[@]}" --database "$database" --seed "$seed"
	done
}

lanes=()
for database in sqlite postgres; do
	lane "$database" "saves --kills 20" "generations --kills 20" seams lost-replies disk-full backup &
	lanes+=($!)
	lane "$database" frozen database-restart "overload --seconds 10" "soak --seconds 90" &
	lanes+=($!)
done
broken=0
for lane in "${lanes[@]}"; do
	wait "$lane" || broken=1
done
exit "$broken"
