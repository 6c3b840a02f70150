#!/bin/sh
# Writes requirements.lock from pyproject.toml: exact versions with hashes, wheels only, no word about where they came from.
set -eu
cd "$(dirname "$0")/.."
exec .venv/bin/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
    --generate-hashes --only-binary :all: --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock "$@"
