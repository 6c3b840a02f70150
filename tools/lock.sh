#!/bin/sh
# Writes requirements.lock from pyproject.toml, and requirements-serving.lock, the part of it that a server needs: exact
# versions with hashes, wheels only, no word about where they came from.
set -eu
cd "$(dirname "$0")/.."
lock() {
    .venv/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
        --only-binary :all: --no-emit-index-url --no-annotate --no-header --quiet "$@"
}
lock --group dev --output-file requirements.lock "$@"
lock --constraint requirements.lock --output-file requirements-serving.lock
