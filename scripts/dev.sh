#!/bin/sh
# Serve the API and the web UI side by side, each reloading when its sources change.
set -eu

.venv/bin/uvicorn --factory clonememoria.cli:development_app \
    --reload --reload-dir backend/clonememoria &
api=$!
trap 'kill "$api" 2>/dev/null || true; wait "$api" || true' EXIT
trap 'exit 130' INT TERM
cd frontend && npm run dev
