#!/usr/bin/env bash
# Twenty minutes on each database in which one thing after the other breaks, by a schedule that the
# seed decides: make soak, or make soak SEED=7 SECONDS_EACH=3600.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
source scripts/reliability/programs.sh

seed=${SEED:-$RANDOM}
for database in sqlite postgres; do
	say "Soak on $database, seed $seed"
	FILM_BIN=$server "$reliability" soak --seconds "${SECONDS_EACH:-1200}" --database "$database" --seed "$seed"
done
