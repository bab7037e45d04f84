"""Replies in the making: each is a task of its own, and any number of readers follow its events.

A reader that goes away changes nothing: the reply goes on, is saved, and can be read again from
the event where the reader left. Knows nothing of HTTP.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Final
from uuid import UUID

import structlog

from clonememoria.chat.draft import Draft
from clonememoria.chat.events import Done, Event, Failed, SourcesFound, Started, Token, frame
from clonememoria.chat.history import save_reply
from clonememoria.chat.turn import Turn, answer
from clonememoria.core.db import UNREACHABLE, Database
from clonememoria.core.errors import AppError, DatabaseUnavailable
from clonememoria.core.metrics import Metrics
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

# A finished reply can be re-read from any event for this long; afterwards it is in the history.
KEPT_FOR_S: Final = 900.0
MAX_KEPT: Final = 1000
SAVE_ATTEMPTS: Final = 5


class Reply:
    """The events of one reply so far, as they go over the wire."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.end: Done | Failed | None = None
        self._frames: list[bytes] = []
        self._readers: set[asyncio.Event] = set()

    def publish(self, event: Event) -> None:
        event_id = f"{self.turn.message_id}:{len(self._frames) + 1}"
        self._frames.append(frame(event, event_id=event_id))
        if isinstance(event, Done | Failed):
            self.end = event
        for reader in self._readers:
            reader.set()

    async def read(self, after: int = 0) -> AsyncIterator[bytes]:
        """Yield what comes after event number `after`, then what follows, until the last event."""
        news = asyncio.Event()
        self._readers.add(news)
        try:
            while True:
                news.clear()
                if pending := self._frames[after:]:
                    after = len(self._frames)
                    yield b"".join(pending)
                elif self.end:
                    return
                else:
                    await news.wait()
        finally:
            self._readers.discard(news)


class Replies:
    """All replies of this process; owns their tasks."""

    def __init__(self, database: Database, providers: Providers, metrics: Metrics) -> None:
        self._database = database
        self._providers = providers
        self._metrics = metrics
        self._replies: OrderedDict[UUID, Reply] = OrderedDict()
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._stopping: set[UUID] = set()

    def start(self, turn: Turn) -> Reply:
        reply = Reply(turn)
        self._replies[turn.message_id] = reply
        while len(self._replies) > MAX_KEPT and next(iter(self._replies.values())).end:
            self._replies.popitem(last=False)
        reply.publish(Started(turn.conversation_id, turn.user_message_id, turn.message_id))
        task = asyncio.create_task(self._write(reply), name=f"reply {turn.message_id}")
        self._tasks[turn.message_id] = task
        task.add_done_callback(lambda _: self._forget_later(turn.message_id))
        return reply

    def find(self, message_id: UUID) -> Reply | None:
        return self._replies.get(message_id)

    async def finish(self, reply: Reply) -> Done | Failed:
        """Wait for the last event; the reply goes on when the waiting is cancelled."""
        if task := self._tasks.get(reply.turn.message_id):
            await asyncio.wait([task])
        if reply.end is None:
            raise DatabaseUnavailable
        return reply.end

    def stop(self, message_id: UUID) -> None:
        """End the reply at what it has; a reply that is over stays as it is."""
        task = self._tasks.get(message_id)
        if task and message_id not in self._stopping:
            self._stopping.add(message_id)
            task.cancel()

    async def drain(self, grace_s: float) -> None:
        """Let replies finish; those that do not are interrupted, with what they have saved."""
        if tasks := list(self._tasks.values()):
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _forget_later(self, message_id: UUID) -> None:
        self._tasks.pop(message_id, None)
        self._stopping.discard(message_id)
        loop = asyncio.get_running_loop()
        loop.call_later(KEPT_FOR_S, self._replies.pop, message_id, None)

    async def _write(self, reply: Reply) -> None:
        draft = Draft(reply.turn)
        try:
            await self._follow(draft, reply)
        except asyncio.CancelledError:
            draft.end = self._end_of_cancelled(draft)
        except AppError as error:
            draft.end = draft.failed(error.code, error.detail, retryable=error.retryable)
        except UNREACHABLE as error:
            log.warning("reply_lost_database", kind=type(error).__name__)
            draft.end = draft.failed(DatabaseUnavailable.code, DatabaseUnavailable.title)
        except Exception:
            log.exception("reply_failed", message_id=str(reply.turn.message_id))
            draft.end = draft.failed("internal_error", "Something went wrong here; try again")
        reply.publish(await self._save(draft))
        self._metrics.tokens.inc(draft.token_count)
        self._metrics.replies.labels(draft.mode, draft.status).inc()

    async def _follow(self, draft: Draft, reply: Reply) -> None:
        started = time.perf_counter()
        async with aclosing(answer(draft.turn, self._database, self._providers)) as events:
            async for event in events:
                draft.add(event)
                if draft.token_count <= 1:
                    self._time(event, time.perf_counter() - started)
                # The last event is sent when what it says is stored.
                if not isinstance(event, Done):
                    reply.publish(event)

    def _time(self, event: Event, seconds: float) -> None:
        if isinstance(event, SourcesFound):
            self._metrics.retrieval_seconds.observe(seconds)
        elif isinstance(event, Token):
            self._metrics.first_token_seconds.observe(seconds)

    def _end_of_cancelled(self, draft: Draft) -> Done | Failed:
        """It was the reader's stop, or the end of this process; what is there is saved yet."""
        if task := self._tasks.get(draft.turn.message_id):
            task.uncancel()
        if draft.turn.message_id in self._stopping:
            return draft.stopped()
        return draft.failed("server_stopping", "The server is restarting; ask again in a moment")

    async def _save(self, draft: Draft) -> Done | Failed:
        for attempt in range(SAVE_ATTEMPTS):
            try:
                await save_reply(self._database, draft)
            except UNREACHABLE as error:
                log.warning("reply_not_saved", attempt=attempt, kind=type(error).__name__)
                await asyncio.sleep(0.2 * 2**attempt)
            else:
                return draft.end or draft.failed("provider_malformed", "The answer had no end")
        return draft.failed(DatabaseUnavailable.code, DatabaseUnavailable.title)
