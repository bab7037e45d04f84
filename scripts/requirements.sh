#!/bin/sh
# Compile the requirements files from pyproject.toml, keeping the pins they have.
# With --check: fail if that would change them. A new release upstream changes nothing by itself.
set -eu

checkout=$PWD
files='requirements.txt requirements-extras.txt requirements-dev.txt requirements-bench.txt'
if [ "${1:-}" = --check ]; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    cp pyproject.toml $files "$scratch"
    cd "$scratch"
fi

compile() { # OUTPUT ARGUMENT...
    output=$1
    shift
    "$checkout/.venv/bin/uv" pip compile --quiet --no-config --universal --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links \
        --excludes "$checkout/scripts/excludes.txt" \
        --python "$checkout/.venv/bin/python" --output-file "$output" "$@"
}

compile requirements.txt pyproject.toml
compile requirements-extras.txt pyproject.toml --all-extras --constraints requirements.txt
compile requirements-dev.txt pyproject.toml --all-extras --group dev \
    --constraints requirements-extras.txt
compile requirements-bench.txt --group bench

for file in $files; do
    if ! cmp -s "$file" "$checkout/$file"; then
        echo "$file does not match pyproject.toml: run 'make requirements'." >&2
        exit 1
    fi
done
