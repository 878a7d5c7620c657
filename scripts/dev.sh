#!/usr/bin/env bash
# Serves and builds again on every change: Trunk watches the browser half, the loop below watches
# everything and restarts the server. Reload the page to see a change.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

export FILM_ADDR=${FILM_ADDR:-127.0.0.1:3000}
scripts/tools.sh
cargo fetch --locked

trunk watch --offline --watch src --watch crates/domain --watch style --watch public --watch index.html &
trunk_pid=$!
server_pid=
stop_server() {
	[ -z "$server_pid" ] || { kill "$server_pid" && wait "$server_pid"; } 2>/dev/null || true
	server_pid=
}
trap 'stop_server; kill "$trunk_pid" 2>/dev/null || true' EXIT

# The newest change of anything that the server is made of or reads at its start.
newest() {
	find Cargo.toml Cargo.lock src crates catalog migrations dist -type f -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -1
}

seen=
while kill -0 "$trunk_pid" 2>/dev/null; do
	now=$(newest)
	if [ "$now" != "$seen" ] && [ -f dist/index.html ]; then
		seen=$now
		if cargo build --bin film-generator; then
			stop_server
			FILM_BUILD=no scripts/run.sh & # which becomes the server
			server_pid=$!
		fi
	fi
	sleep 1
done
