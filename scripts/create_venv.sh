#!/bin/sh
# Create .venv with uv in it, from the first Python that is new enough.
set -eu

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

for python in python3 python3.14 python3.13 python3.12 python3.11 ''; do
    if [ -n "$python" ] && is_new_enough "$python"; then break; fi
done
if [ -z "$python" ]; then
    echo "CloneMemoria needs Python 3.11 or newer; found: $(python3 --version 2>&1 || true)" >&2
    exit 1
fi

echo "Creating .venv with $("$python" --version)..."
rm -rf .venv
if ! "$python" -m venv .venv; then
    # Debian and Ubuntu ship this part of Python as a package of its own.
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "Install what the lines above name, then run this again." >&2
        exit 1
    fi
    rm -rf .venv
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3-venv
    "$python" -m venv .venv
fi
.venv/bin/python -m pip install --quiet uv
