"""An operator's own Postgres, whose owner is no superuser."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from pydantic import SecretStr
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from clonememoria import migrations
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


OLD_ROWS = """
    select set_config('app.scope', 'system', false);
    insert into users (id, email, password_hash, display_name, role, session_epoch)
        values ('00000000-0000-7000-8000-000000000001', 'eve@example.org', 'x', 'Eve', 'user', 0);
    insert into clones (id, creator_id, slug, name, category, professional_title, bio,
            credentials_qualifications, communication_style, system_prompt, greeting, is_published,
            rag_enabled, rag_status, temperature, max_tokens, embedding_provider, embedding_model,
            serving_provider, serving_model, retrieval_top_k, retrieval_mode, answer_mode)
        values ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001',
            's', 'n', 'other', '', '', '', '{}', '', '', false, true, 'ready', 0.7, 100, 'dummy',
            'm', 'dummy', 'm', 3, 'hybrid', 'balanced');
    insert into documents (id, clone_id, owner_id, title, source_type, type, mime_type, size_bytes,
            content_hash, status, stage, progress_percentage, chunk_count, visibility, attempts,
            content)
        values ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002',
            '00000000-0000-7000-8000-000000000001', 't', 'file', 'document', 'text/plain', 9, 'h',
            'completed', 'done', 100, 1, 'public', 0, repeat('Wörter ', 200000));
    insert into embedding_spaces (id, provider, model, dimensions) values (1, 'dummy', 'm', 3);
    insert into chunks (id, document_id, clone_id, owner_id, chunk_index, content, heading_path,
            char_start, char_end, token_count)
        values ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000003',
            '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 0,
            'Wörter', '{}', 0, 6, 1);
    insert into chunk_lexemes (chunk_id, clone_id, owner_id, length, lexemes)
        select id, clone_id, owner_id, 1, 'wörter' from chunks;
    insert into chunk_embeddings (chunk_id, space_id, clone_id, owner_id, embedding)
        select id, 1, clone_id, owner_id, '[1,0,0]' from chunks"""


async def test_a_database_of_the_release_before_is_upgraded_with_its_data(
    template: str, owners_url: str
) -> None:
    """Row security binds an owner who is no superuser: an upgrade may not overlook its rows."""
    assert template, "the role of the app exists on this server already"
    address = external_address(owners_url)
    engine = create_async_engine(address.url)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade_to, "0003")
    await engine.dispose()
    database = await asyncpg.connect(owners_url)
    await database.execute(OLD_ROWS)
    await migrate(address)
    text = await database.fetchval(
        "select string_agg(text, '' order by part) from document_texts join documents"
        " using (build_id)"
    )
    assert text == "Wörter " * 200_000
    for table in ("chunks", "chunk_lexemes", "chunk_embeddings"):
        ours = f"select count(*) from {table} join documents using (build_id)"
        assert await database.fetchval(ours) == 1
    assert await database.fetchval("select rag_initialized_at from clones") is not None
    await database.close()


def _upgrade_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


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
