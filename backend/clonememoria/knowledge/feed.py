"""Tells open pages which documents changed, as Postgres announces it; holds no state of its own.

One connection per process listens, however many pages are open; an idle page costs none.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from clonememoria.core.db import Database
from clonememoria.core.tasks import failure_of

log = structlog.get_logger()

CHANNEL: Final = "documents"
RECONNECT_DELAY_S: Final = 1.0
PROBE_INTERVAL_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Changes:
    """`may_be_incomplete` after a lost connection: look at everything that was unfinished."""

    document_ids: frozenset[UUID]
    may_be_incomplete: bool


class Subscription:
    """Changes pile up as a set: a slow reader skips states, and costs no memory."""

    def __init__(self) -> None:
        self._changed: set[UUID] = set()
        self._may_be_incomplete = False
        self._is_closed = False
        self._woken = asyncio.Event()

    def add(self, document_id: UUID) -> None:
        self._changed.add(document_id)
        self._woken.set()

    def doubt(self) -> None:
        self._may_be_incomplete = True
        self._woken.set()

    def close(self) -> None:
        self._is_closed = True
        self._woken.set()

    async def __aiter__(self) -> AsyncIterator[Changes]:
        while True:
            await self._woken.wait()
            if self._is_closed:
                return
            changes = Changes(frozenset(self._changed), self._may_be_incomplete)
            self._changed.clear()
            self._may_be_incomplete = False
            self._woken.clear()
            yield changes


class DocumentFeed:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscriptions: dict[UUID, set[Subscription]] = {}
        self._is_closed = False

    @contextmanager
    def subscribe(self, clone_id: UUID) -> Iterator[Subscription]:
        subscription = Subscription()
        self._subscriptions.setdefault(clone_id, set()).add(subscription)
        if self._is_closed:
            subscription.close()
        try:
            yield subscription
        finally:
            readers = self._subscriptions[clone_id]
            readers.discard(subscription)
            if not readers:
                del self._subscriptions[clone_id]

    def close(self) -> None:
        """Every open stream ends."""
        self._is_closed = True
        for subscription in self._all():
            subscription.close()

    async def run(self) -> None:
        """Until cancelled; a lost connection is made anew."""
        while True:
            error = await failure_of(self._listen())
            log.warning("document_feed_disconnected", exc_info=error)
            await asyncio.sleep(RECONNECT_DELAY_S)

    async def _listen(self) -> None:
        lost = asyncio.Event()
        async with self._database.own_connection() as connection:
            connection.add_termination_listener(lambda _connection: lost.set())
            await connection.add_listener(CHANNEL, self._dispatch)
            for subscription in self._all():
                subscription.doubt()
            while not lost.is_set():
                # A dead peer closes nothing: only an unanswered question shows it.
                await connection.execute("select 1")
                with suppress(TimeoutError):
                    async with asyncio.timeout(PROBE_INTERVAL_S):
                        await lost.wait()

    def _dispatch(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        clone_id, _, document_id = str(payload).partition(" ")
        for subscription in self._subscriptions.get(UUID(clone_id), ()):
            subscription.add(UUID(document_id))

    def _all(self) -> list[Subscription]:
        return [reader for readers in self._subscriptions.values() for reader in readers]


@asynccontextmanager
async def running_feed(database: Database) -> AsyncIterator[DocumentFeed]:
    feed = DocumentFeed(database)
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        feed.close()
        task.cancel()
        await asyncio.wait({task})
