#!/usr/bin/env bash
# Makes the pictures of docs/screenshots anew: every page and state, from the real server with
# simulated providers.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

scripts/build.sh
export FILM_CHROMIUM=${FILM_CHROMIUM:-/usr/bin/chromium}
debian_package "$FILM_CHROMIUM" chromium
debian_package pngquant pngquant
node_modules end2end
export FILM_BIN=${FILM_BIN:-$CARGO_TARGET_DIR/debug/film-generator}

cd end2end
npm run --silent check
rm -rf ../docs/screenshots
node_modules/.bin/playwright test --config pictures.config.ts
pngquant --ext .png --force --strip -- ../docs/screenshots/*.png
say "The pictures are in docs/screenshots: $(du -sh ../docs/screenshots | cut -f1)"
