#!/usr/bin/env bash
# The stories in Chromium, against the real server. Arguments go to Playwright, for example the
# name of one story.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/build.sh
export FILM_CHROMIUM=${FILM_CHROMIUM:-/usr/bin/chromium}
debian_package "$FILM_CHROMIUM" chromium
node_modules end2end
export FILM_BIN=${FILM_BIN:-$CARGO_TARGET_DIR/debug/film-generator}
cd end2end
npm run --silent check
exec node_modules/.bin/playwright test "$@"
