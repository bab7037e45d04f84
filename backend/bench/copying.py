"""The rows of a clone's index by a bare COPY into the same columns and indexes, as a yardstick.

Whoever may COPY is above row security, knows all rows beforehand and needs nobody to see how far
it is: the product can do none of that.
"""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from uuid import UUID

import asyncpg

from clonememoria.core.db import DatabaseAddress

TABLES: Final = ("chunks", "chunk_embeddings", "chunk_lexemes")


@dataclass(frozen=True, slots=True)
class Rows:
    """Ready to be sent; of words the driver knows no binary form, so theirs is the text of COPY."""

    chunks: Sequence[tuple[object, ...]]
    embeddings: Sequence[tuple[object, ...]]
    lexemes: bytes


@asynccontextmanager
async def scratch(address: DatabaseAddress) -> AsyncIterator[asyncpg.Connection]:
    """As the owner of the server, with tables in a schema of the yardstick's own."""
    url = address.url
    connection = await asyncpg.connect(
        host=str(url.query["host"]), port=url.port, user=url.username, database=url.database
    )
    # Of vectors neither: the rows hold them as they travel.
    await connection.set_type_codec(
        "halfvec", schema="public", encoder=bytes, decoder=bytes, format="binary"
    )
    await connection.execute("create schema bare")
    for table in TABLES:
        await connection.execute(f"create table bare.{table} (like {table} including all)")
    yield connection
    await connection.execute("drop schema bare cascade")
    await connection.close()


async def rows_of(connection: asyncpg.Connection, clone_id: UUID) -> Rows:
    lexemes = BytesIO()
    await connection.copy_from_query(
        "select * from chunk_lexemes where clone_id = $1", clone_id, output=lexemes
    )
    chunks = await connection.fetch("select * from chunks where clone_id = $1", clone_id)
    embeddings = await connection.fetch(
        "select * from chunk_embeddings where clone_id = $1", clone_id
    )
    return Rows([*map(tuple, chunks)], [*map(tuple, embeddings)], lexemes.getvalue())


async def copy(connection: asyncpg.Connection, rows: Rows) -> float:
    """Return the seconds that it took into empty tables."""
    await connection.execute(f"truncate {', '.join(f'bare.{table}' for table in TABLES)}")
    started = time.perf_counter()
    async with connection.transaction():
        await connection.copy_records_to_table("chunks", schema_name="bare", records=rows.chunks)
        await connection.copy_records_to_table(
            "chunk_embeddings", schema_name="bare", records=rows.embeddings
        )
        await connection.copy_to_table(
            "chunk_lexemes", schema_name="bare", source=BytesIO(rows.lexemes)
        )
    return time.perf_counter() - started
