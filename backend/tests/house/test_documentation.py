"""What an operator or a client can use is documented; what is generated is fresh."""

import json
import re
from typing import get_args

import pytest

from clonememoria.app import create_app
from clonememoria.core.config import Settings
from clonememoria.knowledge import filetype
from clonememoria.providers.registry import VENDORS, Kind
from tests.house.sources import ROOT


def _setting_names() -> list[str]:
    fields = Settings.model_fields.items()
    return [str(field.validation_alias or name).upper() for name, field in fields]


def _api_schema() -> dict[str, object]:
    return create_app(Settings(_env_file=None)).openapi()


def test_every_setting_is_in_the_example_and_nothing_else_is() -> None:
    example = (ROOT / ".env.example").read_text()
    listed = re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", example, flags=re.MULTILINE)
    assert sorted(listed) == sorted(_setting_names())


def test_every_setting_is_explained() -> None:
    explained = (ROOT / "docs" / "configuration.md").read_text()
    assert [name for name in _setting_names() if f"`{name}`" not in explained] == []


def test_the_file_picker_offers_every_kind_of_document() -> None:
    file_types = (ROOT / "frontend" / "src" / "lib" / "file-types.ts").read_text()
    assert [kind for kind in get_args(filetype.Kind) if f'"{kind}"' not in file_types] == []


def test_every_route_is_in_the_documentation_of_the_api() -> None:
    documentation = (ROOT / "docs" / "api.md").read_text()
    paths = json.loads(json.dumps(_api_schema()["paths"]))
    routes = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    assert [route for route in routes if route not in documentation] == []


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_provider_is_explained(kind: Kind) -> None:
    explained = (ROOT / "docs" / "providers.md").read_text()
    section = re.search(rf"^## .*\b{kind}\b.*?(?=^## |\Z)", explained, re.MULTILINE | re.DOTALL)
    assert section, f"docs/providers.md has no section whose heading names {kind}"
    assert [vendor.name for vendor in VENDORS[kind] if f"`{vendor.name}`" not in section[0]] == []


def test_the_committed_schema_is_that_of_the_api() -> None:
    """`make openapi` writes it anew."""
    committed = json.loads((ROOT / "frontend" / "openapi.json").read_text())
    assert committed == json.loads(json.dumps(_api_schema()))
