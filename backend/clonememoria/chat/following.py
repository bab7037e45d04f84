"""Replies that another process writes, or that nobody writes any more: read from the database.

A reader here is behind by what the writer has not stored yet, a quarter of a second.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from clonememoria.chat.replay import frames
from clonememoria.core.db import Database
from clonememoria.core.errors import MessageNotFound
from clonememoria.models import Message

POLL_S: Final = 0.25


async def follow_stored(
    database: Database, reader_id: UUID, message_id: UUID, *, after: int = 0
) -> AsyncIterator[bytes]:
    """Yield the events after number `after`, and those to come, until the last one.

    A writer that died leaves its reply to the sweep, which ends it: no reader waits for ever.
    """
    while True:
        message = await _read(database, reader_id, message_id)
        events = frames(message)
        if message.status != "streaming":
            # A writer that died may have sent more than it stored: its reader lacks only the end.
            yield b"".join(events[after:] or events[-1:])
            return
        if new := events[after:]:
            after = len(events)
            yield b"".join(new)
        await asyncio.sleep(POLL_S)


async def finished_stored(database: Database, reader_id: UUID, message_id: UUID) -> Message:
    """The reply when it is over."""
    while True:
        message = await _read(database, reader_id, message_id)
        if message.status != "streaming":
            return message
        await asyncio.sleep(POLL_S)


async def request_stop(database: Database, reader_id: UUID, message_id: UUID) -> None:
    """Ask the process that writes the reply to stop it, and wait until it is over."""
    async with database.as_user(reader_id) as session:
        await session.execute(
            update(Message)
            .where(Message.id == message_id, Message.status == "streaming")
            .values(stop_requested=True)
        )
    await finished_stored(database, reader_id, message_id)


async def _read(database: Database, reader_id: UUID, message_id: UUID) -> Message:
    async with database.as_user(reader_id) as session:
        message = await session.scalar(select(Message).where(Message.id == message_id))
    if message is None:
        raise MessageNotFound
    return message
