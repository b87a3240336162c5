#!/usr/bin/env bash
# Bundles the page's script and style into dist/, if anything that makes them changed since the last time.
set -euo pipefail
cd "$(dirname "$0")"
for tool in node npm; do
    if ! command -v "$tool" >/dev/null; then
        echo "\`$tool\` is missing: it bundles the page's script" >&2
        echo "hint: install Node.js 20 or later, with npm" >&2
        exit 1
    fi
done
lock=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.croquant-lock 2>/dev/null)" != "$lock" ]; then
    echo "installing the packages of the page's script" >&2
    npm ci --loglevel=error
    echo "$lock" >node_modules/.croquant-lock
fi
key=$(find src build.mjs tsconfig.json package-lock.json -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
if [ "$(cat dist/.key 2>/dev/null)" != "$key" ]; then
    echo "bundling the page's script" >&2
    npm run --silent build
    echo "$key" >dist/.key
fi
