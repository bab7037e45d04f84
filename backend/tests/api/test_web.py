"""What holds for every route: one error shape, request ids, headers, bounds."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx2
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from clonememoria.core.db import external_address
from clonememoria.core.web_ui import mount_web_ui
from clonememoria.models import Base
from tests.api.clones import create_clone
from tests.conftest import Person, ServedApp

MIB = 1024 * 1024
JSON = {"Content-Type": "application/json"}


def assert_is_problem(answer: httpx2.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "code", "request_id", "retryable"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer.headers["x-request-id"]


async def test_an_unknown_path_of_the_api_is_a_problem_and_not_a_page(
    client: httpx2.AsyncClient,
) -> None:
    for accept in ("text/html", "*/*", "application/json"):
        for path in ("/api/nothing/here", "/v1/models", "/redoc", "/health/x", "/assets/x.js"):
            answer = await client.get(path, headers={"Accept": accept})
            assert_is_problem(answer, 404, "not_found")
    assert_is_problem(await client.put("/api/nothing/here"), 404, "not_found")


async def test_a_method_that_is_not_allowed_says_which_one_is(client: httpx2.AsyncClient) -> None:
    answer = await client.put("/api/auth/login")
    assert_is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready", "/openapi.json"])
async def test_monitors_may_ask_without_the_body(client: httpx2.AsyncClient, path: str) -> None:
    head, whole = await client.head(path), await client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


async def test_a_sane_request_id_is_echoed_and_another_is_replaced(
    client: httpx2.AsyncClient,
) -> None:
    sane = await client.get("/health/live", headers={"X-Request-ID": "abc-12345678"})
    odd = await client.get("/health/live", headers={"X-Request-ID": "a b\t<script>"})
    assert sane.headers["x-request-id"] == "abc-12345678"
    assert str(UUID(odd.headers["x-request-id"])) == odd.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/health/live", "/api/nothing", "/api/clones", "/openapi.json"])
async def test_every_answer_has_the_security_headers(client: httpx2.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"].split("style-src")[0]


async def test_a_trailing_slash_and_the_versioned_prefix_are_the_same_address(
    ada: Person,
) -> None:
    clone = await create_clone(ada)
    for path in ("/api/clones", "/api/clones/", "/api/v1/clones", "/api/v1/clones/"):
        answer = await ada.http.get(path)
        assert [found["id"] for found in answer.json()] == [clone]
    assert (await ada.http.post("/api/clones/", json={"name": "Another"})).status_code == 201


@pytest.mark.parametrize("path", ["/api/auth/register", "/api/auth/login", "/api/clones"])
async def test_a_huge_body_is_refused_while_it_comes_in(ada: Person, path: str) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"name": "'
        for _ in range(64):
            sent += MIB
            yield b"x" * MIB

    try:
        answer = await ada.http.post(
            path, content=endless(), headers={"Content-Type": "application/json"}
        )
    except httpx2.TransportError:
        # The server may close before all is sent; that it stopped reading is the point.
        assert sent < 64 * MIB
    else:
        assert_is_problem(answer, 413, "too_large")


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/api/auth/login", 64), ("/api/conversations", 64), ("/api/clones", 512)],
)
async def test_a_body_has_the_limit_of_what_it_is_for(ada: Person, path: str, limit: int) -> None:
    for size, is_refused in ((limit * 1024, False), (limit * 1024 + 1, True)):
        body = b'{"name": "' + b"x" * (size - 12) + b'"}'
        answer = await ada.http.post(path, content=body, headers=JSON)
        assert (answer.status_code == 413) == is_refused


async def test_many_unknown_keys_are_neither_slow_nor_repeated(ada: Person) -> None:
    """A long body of a document is read only when its sender may write there."""
    clone = await create_clone(ada)
    keys = ",".join(f'"{n:x}":1' for n in range(300_000))
    body = f'{{"title": "t", "content": "x", {keys}}}'.encode()
    objects = b'{"title": "t", "content": [' + b"{}," * 3_000_000 + b"{}]}"
    documents = f"/api/clones/{clone}/documents"

    began = time.monotonic()
    taken = await ada.http.post(documents, content=body, headers=JSON)
    refused = await ada.http.post(documents, content=objects, headers=JSON)
    nobody = await ada.http.post(
        documents, content=objects, headers={**JSON, "Authorization": "Bearer x"}
    )
    assert time.monotonic() - began < 2
    assert taken.status_code == 201
    assert_is_problem(refused, 422, "validation_error")
    assert refused.json()["detail"] == "content: must be a text"
    assert_is_problem(nobody, 401, "not_authenticated")


async def test_errors_are_sentences_to_act_on(client: httpx2.AsyncClient) -> None:
    account = {"email": "ada", "password": "short"}
    answer = await client.post("/api/auth/register", json=account)
    assert answer.json()["detail"] == "email: is not an e-mail address"
    assert answer.json()["errors"][1]["msg"] == "must have at least 8 characters"

    untyped = await client.post("/api/auth/login", content=b'{"email": "ada@example.org"}')
    assert "send it with Content-Type: application/json" in untyped.json()["detail"]
    broken = await client.post("/api/auth/login", content=b'{"email": ', headers=JSON)
    assert broken.json()["detail"].startswith("The body is not valid JSON: ")


async def test_of_a_thousand_errors_twenty_are_named(ada: Person) -> None:
    style = {str(number): 1 for number in range(1000)}
    answer = await ada.http.post("/api/clones", json={"name": "x", "communication_style": style})
    assert len(answer.json()["errors"]) == 20


@pytest.fixture
def web_ui(served: ServedApp, tmp_path: Path) -> None:
    """As built: the app of a checkout may have none."""
    for name in ("index.html", "docs/index.html", "assets/app-3f2a.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    mount_web_ui(served.app, tmp_path)


@pytest.mark.usefixtures("web_ui")
async def test_addresses_of_the_web_ui_are_its_page_whatever_is_accepted(
    client: httpx2.AsyncClient,
) -> None:
    for accept in ("text/html", "*/*", "application/json"):
        for path in ("/", "/login", "/clones/some-id", "/nothing.png"):
            answer = await client.get(path, headers={"Accept": accept})
            assert (answer.status_code, answer.text) == (200, "index.html")
            assert answer.headers["cache-control"] == "no-cache"
    assert (await client.head("/")).status_code == 200
    refused = await client.post("/login")
    assert_is_problem(refused, 405, "method_not_allowed")
    assert "GET" in refused.headers["allow"]
    assert (await client.get("/docs")).text == "docs/index.html"


@pytest.mark.usefixtures("web_ui")
async def test_a_file_named_by_its_hash_is_kept_for_ever_and_a_missing_one_is_no_page(
    client: httpx2.AsyncClient,
) -> None:
    kept = await client.get("/assets/app-3f2a.js")
    assert (kept.text, "immutable" in kept.headers["cache-control"]) == ("assets/app-3f2a.js", True)
    for path in ("/assets/missing.js", "/docs/missing.js", "/api/nothing"):
        assert_is_problem(await client.get(path), 404, "not_found")


async def test_a_broken_body_is_a_422_in_the_one_shape(ada: Person) -> None:
    for body in (b"{", b'"text"', b"[]", b"\xff\xfe", b""):
        answer = await ada.http.post(
            "/api/clones", content=body, headers={"Content-Type": "application/json"}
        )
        assert_is_problem(answer, 422, "validation_error")
        assert answer.json()["errors"]


async def test_a_deep_body_is_no_crash(ada: Person) -> None:
    answer = await ada.http.post(
        "/api/clones",
        content=b"[" * 100_000,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in (400, 422)


async def test_the_migrations_make_the_tables_of_the_models(database_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})
        found = compare_metadata(context, Base.metadata)
        return [change for change in found if "pgqueuer" not in str(change)]

    engine = create_async_engine(external_address(database_url).url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_every_table_with_an_owner_has_row_security(superuser: asyncpg.Connection) -> None:
    open_tables = await superuser.fetch(
        """select relname from pg_class
           where relkind = 'r' and relnamespace = 'public'::regnamespace
             and not (relrowsecurity and relforcerowsecurity)"""
    )
    shared = {"alembic_version", "installation", "embedding_spaces"}
    names = {row["relname"] for row in open_tables}
    assert {name for name in names if not name.startswith("pgqueuer")} == shared


async def test_the_app_works_in_a_role_that_row_security_binds(
    superuser: asyncpg.Connection,
) -> None:
    role = await superuser.fetchrow(
        "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = $1",
        "clonememoria_app",
    )
    owned = await superuser.fetchval(
        "select count(*) from pg_tables where tableowner = 'clonememoria_app'"
    )
    assert role is not None
    assert not any(role)
    assert owned == 0
