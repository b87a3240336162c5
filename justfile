# Croquant's front door for contributors. `just` alone lists the recipes.

set shell := ["bash", "-euo", "pipefail", "-c"]

export CARGO_TERM_PROGRESS_WHEN := env("CARGO_TERM_PROGRESS_WHEN", "auto")

_default:
    @just --list --unsorted

# Serve the example tutorial, or PATH, on http://127.0.0.1:8000 (builds whatever is missing)
[group('use')]
serve *ARGS: build
    target/release/croquant serve {{ ARGS }}

# Run a script, as `python` would, inside the sandbox
[group('use')]
run *ARGS: build
    target/release/croquant run {{ ARGS }}

# Every test: unit, behaviour, real programs, CPython conformance, the Python tutorial, and the browser
[group('prove')]
test: build (_need "chromium" "nats-server" "python3-doc" "python3-pip")
    guest/memfs/tests/run.sh
    "$(target/release/croquant-recipe paths | sed -n 's/.*"native_python": "\(.*\)".*/\1/p')" guest/python/tests/run.py
    cargo test --release --workspace
    cd web/ui && npm test
    cd tests/e2e && npm ci --loglevel=error && npm test

# Speed and memory, as ratios against native CPython measured in the same run
[group('prove')]
bench *ARGS: build
    cargo run --release --quiet --package croquant-tests --bin bench -- {{ ARGS }}

# Formatting, lints, types and the links of the documentation
[group('prove')]
lint: build
    cargo fmt --all --check
    cargo clippy --release --workspace --all-targets -- --deny warnings
    RUSTDOCFLAGS="--deny warnings" cargo doc --release --workspace --no-deps --document-private-items --quiet
    cd web/ui && npm run check

# Everything that CI runs
[group('prove')]
ci: lint test

# Build the `croquant` executable with its guest image and its page inside
[group('build')]
build: image ui
    cargo build --release --workspace

# Build the guest image from its pinned sources, if anything that makes it changed
[group('build')]
image:
    # `--workspace` with one binary: the features of the whole workspace, so that wasmtime is not built a second time for the rest.
    cargo build --release --workspace --bin croquant-recipe
    target/release/croquant-recipe

# Bundle the page's TypeScript, if it changed
[group('build')]
ui:
    web/ui/build.sh

# Install Debian packages that the tests need, or name them
_need +PACKAGES:
    .ci/need {{ PACKAGES }}
