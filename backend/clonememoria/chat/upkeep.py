"""Keeps what is stored of running replies close behind what was sent, and ends those of the dead.

One transaction every quarter of a second for all replies of the process, not one for each token.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final, cast
from uuid import UUID

import structlog
from sqlalchemy import Table, bindparam, func, select, update

from clonememoria.chat.replies import Replies, Reply
from clonememoria.core.db import Database
from clonememoria.core.tasks import failure_of
from clonememoria.models import Message

log = structlog.get_logger()

SAVE_INTERVAL_S: Final = 0.25
# A reply without a token for this long says by its heartbeat that it still lives.
HEARTBEAT_S: Final = 5.0
# Whoever is silent for this long is dead: its replies end with what is stored of them.
DEAD_AFTER_S: Final = 30.0

_SAVE_DRAFT: Final = (
    update(cast(Table, Message.__table__))
    .where(Message.id == bindparam("reply_id"), Message.status == "streaming")
    .values(
        content=bindparam("text"),
        token_lengths=bindparam("lengths"),
        mode=bindparam("reply_mode"),
        sources=bindparam("found"),
        metadata=bindparam("told"),
        skipped=bindparam("not_answering"),
        heartbeat_at=func.clock_timestamp(),
    )
)


class Upkeep:
    def __init__(self, database: Database, replies: Replies) -> None:
        self._database = database
        self._replies = replies
        # Tokens that are stored, and when, for each reply at work.
        self._stored: dict[UUID, tuple[int, float]] = {}

    async def run(self) -> None:
        while True:
            await asyncio.sleep(SAVE_INTERVAL_S)
            if error := await failure_of(self._keep_up()):
                log.warning("replies_not_kept_up", exc_info=error)

    async def sweep(self) -> None:
        while True:
            if error := await failure_of(interrupt_orphans(self._database)):
                log.warning("orphans_not_swept", exc_info=error)
            await asyncio.sleep(DEAD_AFTER_S / 2)

    async def _keep_up(self) -> None:
        at_work = self._replies.at_work()
        now = asyncio.get_running_loop().time()
        self._stored = {r.id: self._stored.get(r.id, (0, now)) for r in at_work}
        if due := [reply for reply in at_work if self._is_due(reply, now)]:
            counts = [reply.draft.token_count for reply in due]
            await self._store(due)
            self._stored |= {r.id: (n, now) for r, n in zip(due, counts, strict=True)}

    def _is_due(self, reply: Reply, now: float) -> bool:
        count, at = self._stored[reply.id]
        return reply.draft.token_count > count or now - at > HEARTBEAT_S

    async def _store(self, due: list[Reply]) -> None:
        drafts = [reply.draft for reply in due]
        async with self._database.as_system() as session:
            await session.execute(
                _SAVE_DRAFT,
                [
                    {
                        "reply_id": draft.turn.message_id,
                        "text": draft.text,
                        "lengths": draft.token_lengths,
                        "reply_mode": draft.mode,
                        "found": list(draft.sources),
                        "told": draft.attributes,
                        "not_answering": list(draft.skipped),
                    }
                    for draft in drafts
                ],
            )
            asked = await session.scalars(
                select(Message.id).where(
                    Message.status == "streaming",
                    Message.stop_requested,
                    Message.id.in_([draft.turn.message_id for draft in drafts]),
                )
            )
            for message_id in asked:
                self._replies.stop(message_id)


async def interrupt_orphans(database: Database) -> int:
    """End the replies of processes that died, where they are. Return how many there were."""
    silent = func.clock_timestamp() - timedelta(seconds=DEAD_AFTER_S)
    async with database.as_system() as session:
        orphans = await session.scalars(
            update(Message)
            .where(Message.status == "streaming", Message.heartbeat_at < silent)
            .values(status="interrupted")
            .returning(Message.id)
        )
        return len(orphans.all())


@asynccontextmanager
async def running_upkeep(database: Database, replies: Replies) -> AsyncIterator[None]:
    upkeep = Upkeep(database, replies)
    tasks = [asyncio.create_task(upkeep.run()), asyncio.create_task(upkeep.sweep())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
