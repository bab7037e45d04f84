#!/bin/sh
# Say in words what is missing when Node is absent or too old for the web UI's build.
set -eu

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "CloneMemoria needs Node 20 or newer, with npm, to build its web UI; none was found." >&2
    exit 1
fi
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'; then
    echo "CloneMemoria needs Node 20 or newer to build its web UI; found: $(node --version)" >&2
    exit 1
fi
