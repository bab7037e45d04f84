"""Write the API's schema to frontend/openapi.json, from which the web UI's types are generated."""

import json
from pathlib import Path

from clonememoria.app import create_app
from clonememoria.core.config import Settings

TARGET = Path(__file__).parents[1] / "frontend" / "openapi.json"


def schema_text() -> str:
    schema = create_app(Settings(_env_file=None)).openapi()
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(schema_text())
