#!/usr/bin/env bash
# The HTTP API against its own description: schemathesis sends what the description allows, and what
# it does not, as a person and as who runs the instance; no answer may be one that is not described.
# Skipped where it cannot be installed. Arguments go to schemathesis.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

pinned=end2end/schema/requirements.txt
venv=$HOME/.cache/film-generator/schemathesis

# Installed once per requirements.txt.
installed() {
	cmp -s "$pinned" "$venv/.installed" && return
	have python3 || return 1
	rm -rf "$venv"
	python3 -m venv "$venv" &&
		"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$pinned" &&
		cp "$pinned" "$venv/.installed"
}

if ! installed >/dev/null 2>&1; then
	echo "skipped: schemathesis could not be installed"
	exit 0
fi

[ "${FILM_BUILD:-yes}" = no ] || cargo build --quiet --locked --bin film-generator
FILM_BIN=${FILM_BIN:-$CARGO_TARGET_DIR/debug/film-generator}

port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
site=http://127.0.0.1:$port
work=$(mktemp -d)
# A master key that others can read is refused.
umask 077
od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$work/master.key"

# As many requests as come: this is no test of the limits.
env -i PATH="$PATH" HOME="$HOME" \
	FILM_ADDR="127.0.0.1:$port" FILM_DATA="$work/data" FILM_PROVIDERS=sandbox \
	FILM_MASTER_KEY_FILE="$work/master.key" \
	FILM_RATE_LIMITS=reads=0,writes=0,generations=0,key-tests=0,anonymous=0 \
	"$FILM_BIN" serve >"$work/log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
until curl --silent --fail --output /dev/null "$site/readyz"; do
	if ! kill -0 "$server" 2>/dev/null; then
		cat "$work/log" >&2
		fail "The server did not start."
	fi
	sleep 0.1
done

# call PERSON METHOD PATH BODY: a request of somebody who keeps their cookies.
call() {
	curl --silent --show-error --fail-with-body --output /dev/null -b "$work/$1" -c "$work/$1" \
		-X "$2" -H "Origin: $site" -H 'Content-Type: application/json' -d "$4" "$site/api/v1$3"
}

# id_of PERSON PATH BODY: the id of what such a request makes.
id_of() {
	curl --silent --show-error --fail-with-body -b "$work/$1" -X POST -H "Origin: $site" \
		-H 'Content-Type: application/json' -d "$3" "$site/api/v1$2" |
		"$venv/bin/python" -c 'import json, sys; found = json.load(sys.stdin); print(found.get("id") or found["ids"][0])'
}

# Somebody with a key, and with organizations, projects, plans and generations whose ids are written
# down for schemathesis: enough of them that some are there after others were deleted.
person() {
	call "$1" POST /auth/sign-up "{\"email\":\"$1@example.com\",\"password\":\"a long enough secret\"}"
	call "$1" PUT /keys/kie '{"key":"sandbox-1234567890abcdef1234"}'
	local organizations=() projects=() items=() generations=() project
	for _ in {1..8}; do
		organizations+=("$(id_of "$1" /organizations '{"name":"Pier Films"}')")
		project=$(id_of "$1" /projects '{"name":"Film"}')
		projects+=("$project")
		items+=("$(id_of "$1" "/projects/$project/plan" '{"items":[{"step":"scenes","provider":"kie","input":{"prompt":"A pier"}}]}')")
		generations+=("$(id_of "$1" /generations "{\"operation\":\"image\",\"provider\":\"kie\",\"project_id\":\"$project\",\"input\":{\"prompt\":\"A pier\"}}")")
	done
	{
		dictionary organizations "${organizations[@]}"
		dictionary projects "${projects[@]}"
		dictionary items "${items[@]}"
		dictionary generations "${generations[@]}"
		bound '^/(admin/)?organizations/' id organizations
		bound '^/budgets/organizations/' organization organizations
		bound '^/projects/.id.($|/(settings|members|invitations|plan($|/[a-z])))' id projects
		bound '^/projects/.id./plan/.item.' id projects item items
		bound '^/budgets/projects/' project projects
		bound '^/generations/' id generations
	} >"$work/$1.toml"
}

# dictionary NAME ID…: ids that schemathesis chooses from.
dictionary() {
	printf '[dictionaries.%s]\nvalues = [%s]\n' "$1" "$(printf '"%s", ' "${@:2}")"
}

# bound PATHS PARAMETER DICTIONARY…: three of four times, one of those ids is what is asked for.
bound() {
	printf "[[operations]]\ninclude-path-regex = '%s'\n[operations.parameters]\n" "$1"
	printf '"path.%s" = { dictionary = "%s", probability = 0.75 }\n' "${@:2}"
}

# Streams never end, and whoever has signed out is nobody. What a session alone may do is answered
# with 403 to the token.
check() {
	local token
	token=$(curl --silent --fail-with-body -b "$work/$1" -X POST -H "Origin: $site" \
		-H 'Content-Type: application/json' "$site/api/v1/tokens" \
		-d '{"name":"Schema","scopes":["read","generate","settings","keys","organizations","admin"]}' |
		"$venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["token"])')
	(cd "$work" && "$venv/bin/st" --no-color --config-file "$work/$1.toml" run "$site/api/v1/openapi.json" \
		-H "Authorization: Bearer $token" \
		--exclude-path /events --exclude-path /auth/sign-out \
		--checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection \
		--phases examples,fuzzing --max-examples 12 --seed 1 --workers 1 \
		--request-timeout 20 --suppress-health-check all "${@:2}")
}

person operator
person ada
for one in operator ada; do
	say "As $one"
	check "$one" "$@"
done
