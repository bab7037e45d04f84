"""How Alembic reaches the database: over a connection it is given, or by the settings."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.schema import SchemaItem

from clonememoria.core.config import Settings
from clonememoria.core.postgres import running_postgres
from clonememoria.models import Base


def _is_ours(_item: SchemaItem, name: str | None, *_: object) -> bool:
    return not (name or "").startswith("pgqueuer")


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=_is_ours,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _migrate_by_settings() -> None:
    async with running_postgres(Settings()) as address:
        engine = create_async_engine(address.url)
        async with engine.connect() as connection:
            await connection.run_sync(_migrate)
        await engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(_migrate_by_settings())
else:
    _migrate(given)
