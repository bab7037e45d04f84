"""An absent database is one kind of error, and what it was asked for is another."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from clonememoria.core.db import UNREACHABLE, Database, external_address, wait_until_reachable
from clonememoria.core.errors import CannotStart


@pytest.mark.parametrize(
    "sqlstate", ["57P01", "57P02", "57P03", "53300", "53100", "08006", "08003"]
)
async def test_what_postgres_says_of_its_own_absence_is_unreachable(
    database: Database, sqlstate: str
) -> None:
    raising = text(f"do $$ begin raise sqlstate '{sqlstate}'; end $$")
    with pytest.raises(OperationalError):
        async with database.as_system() as session:
            await session.execute(raising)


async def test_a_connection_that_was_cut_is_unreachable(database_url: str) -> None:
    engine = create_async_engine(external_address(database_url).url)
    with pytest.raises(UNREACHABLE):
        async with engine.connect() as connection:
            await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    await engine.dispose()


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    engine = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(UNREACHABLE):
        async with engine.connect():
            pass


@pytest.mark.parametrize("value", ["a\0b", "\ud800", 10**20])
async def test_a_value_that_cannot_be_stored_is_not(database: Database, value: object) -> None:
    wanted = "bigint" if isinstance(value, int) else "text"
    with pytest.raises(DBAPIError) as failed:
        async with database.as_system() as session:
            await session.execute(text(f"select cast(:value as {wanted})"), {"value": value})
    assert not isinstance(failed.value, UNREACHABLE)


async def test_a_database_that_does_not_exist_is_not_waited_for(database_url: str) -> None:
    name = database_url.partition("@/")[2].partition("?")[0]
    with pytest.raises(CannotStart, match=r"DATABASE_URL: .* does not exist"):
        await wait_until_reachable(external_address(database_url.replace(name, "nothing")))
