"""The original bytes of documents, part by part from the database; never whole in memory."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import BinaryIO, Final
from uuid import UUID

from clonememoria.core.db import Database
from clonememoria.core.disk import append
from clonememoria.models import DocumentFilePart

# No row is large.
PART_BYTES: Final = 1024 * 1024


async def copy_file(
    database: Database, owner_id: UUID, document_id: UUID, *, into: BinaryIO
) -> None:
    """`into` is at its end afterwards; raise DiskFull."""
    async for data in parts_of(database, owner_id, document_id):
        await asyncio.to_thread(append, into, data)


async def parts_of(database: Database, owner_id: UUID, document_id: UUID) -> AsyncIterator[bytes]:
    """Each in a transaction of its own: who takes them may be slow."""
    for part in count():
        async with database.as_user(owner_id) as session:
            row = await session.get(DocumentFilePart, (document_id, part))
        if row is None:
            return
        yield row.data
        if len(row.data) < PART_BYTES:
            return
