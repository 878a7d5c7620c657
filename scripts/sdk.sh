#!/usr/bin/env bash
# The providers' official SDKs, unchanged, against the sandbox: they get its address and a key and
# nothing else. Those for Python, then those for JavaScript; skipped where they cannot be installed.
# Arguments go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

pinned=end2end/sdk/requirements.txt
venv=$HOME/.cache/film-generator/sdk-python

# Installed once per requirements.txt.
python_sdks() {
	cmp -s "$pinned" "$venv/.installed" && return
	have python3 || return 1
	rm -rf "$venv"
	python3 -m venv "$venv" &&
		"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$pinned" &&
		cp "$pinned" "$venv/.installed"
}

if ! python_sdks >/dev/null 2>&1; then
	echo "skipped: the SDKs could not be installed"
	exit 0
fi

[ "${FILM_BUILD:-yes}" = no ] || cargo build --quiet --locked --bin film-generator
FILM_BIN=${FILM_BIN:-$CARGO_TARGET_DIR/debug/film-generator}

port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
log=$(mktemp)
"$FILM_BIN" sandbox --addr "127.0.0.1:$port" >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$log"' EXIT

until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
	if ! kill -0 "$server" 2>/dev/null; then
		cat "$log" >&2
		fail "The sandbox did not start."
	fi
	sleep 0.05
done

# A proxy of the environment is not for this address.
export FILM_SANDBOX=http://127.0.0.1:$port NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" -m pytest -q -p no:cacheprovider end2end/sdk "$@"

if (node_modules end2end/sdk) >/dev/null 2>&1; then
	npm test --silent --prefix end2end/sdk
else
	echo "skipped: the SDKs for JavaScript could not be installed"
fi
