"""An operator's own Postgres, whose owner is no superuser."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from clonememoria.core.config import Settings
from clonememoria.core.db import external_address
from clonememoria.core.embedded_postgres import EmbeddedPostgres
from clonememoria.core.errors import CannotStart
from clonememoria.migrations.schema import migrate
from tests.api.clones import create_clone
from tests.api.documents import read
from tests.conftest import Serve, register


@pytest.fixture
async def owners_url(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A database with pgvector, as a managed Postgres hands it out."""
    name = f"owned_{uuid4().hex}"

    def url(user: str, database: str) -> str:
        return f"postgresql://{user}@/{database}?host={postgres.socket_dir}&port={postgres.port}"

    admin = await asyncpg.connect(url(postgres.superuser, "postgres"))
    await admin.execute(f"create role {name} login createrole")
    await admin.execute(f"create database {name} owner {name}")
    inside = await asyncpg.connect(url(postgres.superuser, name))
    await inside.execute("create extension vector")
    await inside.close()
    # Made by another installation on this server: the owner may use the role all the same.
    await admin.execute(f"grant clonememoria_app to {name} with admin option")
    yield url(name, name)
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


async def test_an_owner_without_superuser_rights_is_enough(
    template: str, owners_url: str, serve: Serve, settings: Settings
) -> None:
    assert template, "the role of the app exists on this server already"
    served = await serve(settings.model_copy(update={"database_url": SecretStr(owners_url)}))
    ada = await register(served.url, "ada@example.org")
    clone = await create_clone(ada)
    await read(ada, clone)
    answer = (
        await ada.http.post(f"/api/chat/{clone}", json={"content": "When is the practice open?"})
    ).json()
    found = (await ada.http.get(f"/api/clones/{clone}")).json()
    await ada.http.aclose()
    assert answer["mode"] == "rag"
    assert found["document_count"] == 1


async def test_a_database_that_refuses_the_schema_says_why(postgres: EmbeddedPostgres) -> None:
    name = f"bare_{uuid4().hex}"
    server = f"host={postgres.socket_dir}&port={postgres.port}"
    admin = await asyncpg.connect(f"postgresql://{postgres.superuser}@/postgres?{server}")
    await admin.execute(f"create role {name} login")
    await admin.execute(f"create database {name} owner {name}")
    with pytest.raises(CannotStart, match=r"permission denied to create extension .*pgvector"):
        await migrate(external_address(f"postgresql://{name}@/{name}?{server}"))
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()
