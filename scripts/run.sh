#!/usr/bin/env bash
# Builds what is missing and serves locally, with SQLite and a master key in data/.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

export FILM_ADDR=${FILM_ADDR:-127.0.0.1:3000}
export FILM_DATA=${FILM_DATA:-$root/data}
export FILM_PROVIDERS=${FILM_PROVIDERS:-${PROVIDERS:-sandbox}}

[ "${FILM_BUILD:-yes}" = no ] || scripts/build.sh

mkdir -p "$FILM_DATA"
if [ -z "${FILM_MASTER_KEY:-}${FILM_MASTER_KEY_FILE:-}" ]; then
	export FILM_MASTER_KEY_FILE=$FILM_DATA/master.key
	if ! [ -e "$FILM_MASTER_KEY_FILE" ]; then
		(umask 077 && od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$FILM_MASTER_KEY_FILE.new")
		mv "$FILM_MASTER_KEY_FILE.new" "$FILM_MASTER_KEY_FILE"
		say "Made $FILM_MASTER_KEY_FILE: it opens the API keys stored in this folder; keep them together."
	fi
fi

say "Film Generator on http://$FILM_ADDR (providers: $FILM_PROVIDERS)"
if [ "$FILM_PROVIDERS" = sandbox ]; then
	say "First: create an account, then Settings, and give a provider any key that begins with sandbox-"
	say "Providers are simulated: no money is spent. The real ones: make run PROVIDERS=live"
else
	say "First: create an account, then Settings, and give a provider your API key."
fi
say "Ctrl+C stops the server."
exec "$CARGO_TARGET_DIR/debug/film-generator" serve
