"""What the schema tells outside clients, for every route there is."""

import json
from typing import Any, TypeAlias

from clonememoria.app import create_app
from clonememoria.core.config import Settings

Json: TypeAlias = dict[str, Any]

SCHEMA: Json = create_app(Settings(_env_file=None)).openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
}


def test_every_route_says_what_it_does() -> None:
    silent = [name for name, operation in OPERATIONS.items() if not operation.get("summary")]

    assert silent == []


def test_every_failure_has_the_one_shape() -> None:
    failing = {n: o for n, o in OPERATIONS.items() if not n.startswith("GET /health")}
    for name, operation in failing.items():
        for status, response in operation["responses"].items():
            if status >= "400":
                content = response["content"]
                assert list(content) == ["application/problem+json"], (name, status)
                schema = content["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (name, status)


def test_routes_for_members_document_that_they_need_a_login() -> None:
    # Logging out takes a token to end its session, and is refused to nobody.
    members = {n: o for n, o in OPERATIONS.items() if n != "POST /api/auth/logout"}
    for name, operation in members.items():
        if operation.get("security"):
            assert "401" in operation["responses"], name


def test_the_versioned_addresses_are_not_listed_twice() -> None:
    assert not [path for path in SCHEMA["paths"] if path.startswith("/api/v1")]


def test_every_body_has_an_example() -> None:
    for name, operation in OPERATIONS.items():
        answers = [o for status, o in operation["responses"].items() if status < "300"]
        for described in (operation.get("requestBody", {}), *answers):
            for kind, content in described.get("content", {}).items():
                assert kind == "application/octet-stream" or _has_example(content), (name, kind)


def _has_example(content: Json) -> bool:
    schema = content.get("schema", {})
    schema = schema.get("anyOf", [schema])[0]  # of a body that may be left out
    model = schema.get("items", schema).get("$ref", "").rpartition("/")[2]
    shown = {**content, "model": SCHEMA["components"]["schemas"].get(model, {})}
    return "example" in json.dumps(shown)
