"""The rows of a clone's index by a bare COPY into the same columns and indexes, as a yardstick.

Whoever may COPY is above row security, knows all rows beforehand and needs nobody to see how far
it is: the product can do none of that.
"""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import asyncpg

from clonememoria.core.db import DatabaseAddress

TABLES: Final = ("chunks", "chunk_lexemes", "chunk_embeddings")
# The driver has no binary form of these: the rows hold them as they travel.
TRAVELLING: Final = {"tsvector": "pg_catalog", "halfvec": "public"}

Row = tuple[object, ...]
Rows = Mapping[str, Sequence[Row]]


@asynccontextmanager
async def scratch(address: DatabaseAddress) -> AsyncIterator[asyncpg.Connection]:
    """As the owner of the server, with tables in a schema of the yardstick's own."""
    url = address.url
    connection = await asyncpg.connect(
        host=str(url.query["host"]), port=url.port, user=url.username, database=url.database
    )
    for name, schema in TRAVELLING.items():
        await connection.set_type_codec(
            name, schema=schema, encoder=bytes, decoder=bytes, format="binary"
        )
    await connection.execute("create schema bare")
    for table in TABLES:
        await connection.execute(f"create table bare.{table} (like {table} including all)")
    yield connection
    await connection.execute("drop schema bare cascade")
    await connection.close()


async def rows_of(connection: asyncpg.Connection, clone_id: UUID) -> Rows:
    return {table: await _rows(connection, table, clone_id) for table in TABLES}


async def _rows(connection: asyncpg.Connection, table: str, clone_id: UUID) -> Sequence[Row]:
    query = f"select * from {table} where clone_id = $1"  # noqa: S608 - a name of our own
    return [tuple(record) for record in await connection.fetch(query, clone_id)]


async def copy(connection: asyncpg.Connection, rows: Rows) -> float:
    """Return the seconds that it took into empty tables."""
    await connection.execute(f"truncate {', '.join(f'bare.{table}' for table in TABLES)}")
    started = time.perf_counter()
    async with connection.transaction():
        for table, records in rows.items():
            await connection.copy_records_to_table(table, schema_name="bare", records=records)
    return time.perf_counter() - started
