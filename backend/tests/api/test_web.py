"""What holds for every route: one error shape, request ids, headers, bounds."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import httpx2
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from clonememoria.core.body_limit import MIB
from clonememoria.core.db import external_address
from clonememoria.models import Base
from tests.api.clones import create_clone
from tests.conftest import Person


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
    assert_is_problem(await client.get("/api/nothing/here"), 404, "not_found")
    assert_is_problem(await client.put("/api/auth/login"), 405, "method_not_allowed")


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
        assert answer.status_code == 413


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
