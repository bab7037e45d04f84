"""Brings a database to the newest schema, once, however many processes start together."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from clonememoria.core.db import CONNECT_TIMEOUT_S, UNREACHABLE, DatabaseAddress
from clonememoria.core.errors import CannotStart

# Any fixed number: all processes that migrate one database take the same lock.
MIGRATION_LOCK = 0x636C6F6E65
_REFUSED = (
    "The database refuses the schema: {reason}. The user of DATABASE_URL needs CREATEROLE and a "
    "database that it owns, with the extension vector (pgvector) in it."
)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def migrate(address: DatabaseAddress) -> None:
    engine = create_async_engine(
        address.url, poolclass=NullPool, connect_args={"timeout": CONNECT_TIMEOUT_S}
    )
    try:
        async with engine.connect() as connection:
            lock = {"key": MIGRATION_LOCK}
            await connection.execute(text("select pg_advisory_lock(:key)"), lock)
            await connection.commit()
            await connection.run_sync(_upgrade)
            await connection.commit()
    except DBAPIError as error:
        if isinstance(error, UNREACHABLE):
            raise
        raise CannotStart(_REFUSED.format(reason=_reason(error))) from error
    finally:
        await engine.dispose()


@cache
def _reason(error: DBAPIError) -> str:
    """The database's own words, without the statement."""
    return str(error.orig).partition("\n")[0]


def newest_revision() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


async def current_revision(engine: AsyncEngine) -> str | None:
    async with engine.connect() as connection:
        return await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
