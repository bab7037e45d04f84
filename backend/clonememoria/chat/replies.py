"""Replies in the making: each is a task of its own, and any number of readers follow its events.

A reader that goes away changes nothing: the reply goes on, is saved, and can be read again from
the event where the reader left. Knows nothing of HTTP.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Final, TypeGuard
from uuid import UUID

import structlog

from clonememoria.chat.draft import Draft
from clonememoria.chat.events import (
    Answering,
    Done,
    Event,
    Failed,
    SourcesFound,
    Started,
    Token,
    frame,
)
from clonememoria.chat.history import save_reply
from clonememoria.chat.turn import Happening, Turn, answer
from clonememoria.core.db import UNREACHABLE, Database
from clonememoria.core.errors import AppError, DatabaseUnavailable, ProviderMalformed
from clonememoria.core.metrics import Metrics
from clonememoria.core.tasks import failure_of
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

# A finished reply is read again from memory for this long; afterwards from the history.
KEPT_FOR_S: Final = 60.0
MAX_KEPT: Final = 1000
SAVE_ATTEMPTS: Final = 5


class Reply:
    """The events of one reply so far, as they go over the wire."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.end: Done | Failed | None = None
        self._frames: list[bytes] = []
        self._readers: set[asyncio.Event] = set()

    @property
    def id(self) -> UUID:
        return self.draft.turn.message_id

    def publish(self, event: Event) -> None:
        self._frames.append(frame(event, event_id=f"{self.id}:{len(self._frames) + 1}"))
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
    """All replies of this process. The writing of one may be cancelled, its saving may not."""

    def __init__(self, database: Database, providers: Providers, metrics: Metrics) -> None:
        self._database = database
        self._providers = providers
        self._metrics = metrics
        self._replies: OrderedDict[UUID, Reply] = OrderedDict()
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._writers: dict[UUID, asyncio.Task[None]] = {}
        self._stopping: set[UUID] = set()

    def start(self, turn: Turn) -> Reply:
        reply = Reply(Draft(turn, self._providers.prices))
        self._replies[reply.id] = reply
        while len(self._replies) > MAX_KEPT and next(iter(self._replies.values())).end:
            self._replies.popitem(last=False)
        reply.publish(Started(turn.conversation_id, turn.user_message_id, turn.message_id))
        task = asyncio.create_task(self._run(reply), name=f"reply {reply.id}")
        self._tasks[reply.id] = task
        task.add_done_callback(lambda _: self._forget_later(reply.id))
        return reply

    def find(self, message_id: UUID) -> Reply | None:
        return self._replies.get(message_id)

    def at_work(self) -> list[Reply]:
        """Those that are being written now."""
        return [self._replies[message_id] for message_id in self._writers]

    async def finish(self, reply: Reply) -> Done | Failed:
        """Wait for the last event; the reply goes on when the waiting is cancelled."""
        if task := self._tasks.get(reply.id):
            await asyncio.wait([task])
        if reply.end is None:
            raise DatabaseUnavailable
        return reply.end

    def stop(self, message_id: UUID) -> None:
        """End the reply at what it has; one that is over or being saved stays as it is."""
        if writer := self._writers.get(message_id):
            self._stopping.add(message_id)
            writer.cancel()

    async def drain(self, grace_s: float) -> None:
        """Let replies finish; those that do not are interrupted, with what they have saved."""
        if tasks := list(self._tasks.values()):
            await asyncio.wait(tasks, timeout=grace_s)
            for writer in self._writers.values():
                writer.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _forget_later(self, message_id: UUID) -> None:
        self._tasks.pop(message_id, None)
        self._stopping.discard(message_id)
        loop = asyncio.get_running_loop()
        loop.call_later(KEPT_FOR_S, self._replies.pop, message_id, None)

    async def _run(self, reply: Reply) -> None:
        draft = reply.draft
        writer = self._writers[reply.id] = asyncio.create_task(self._write(reply))
        await asyncio.wait([writer])
        del self._writers[reply.id]
        draft.end = draft.end or self._end_of(writer, draft)
        # Whatever becomes of the saving: a reader without an end would wait for ever.
        if error := await failure_of(self._save(draft)):
            draft.end = self._failed_by(error, draft)
        reply.publish(draft.end)
        count_reply(self._metrics, draft)

    async def _write(self, reply: Reply) -> None:
        draft = reply.draft
        started = time.perf_counter()
        async with aclosing(answer(draft.turn, self._database, self._providers)) as happenings:
            async for happening in happenings:
                draft.add(happening)
                if draft.token_count <= 1:
                    self._time(happening, time.perf_counter() - started)
                # The end is sent when what it says is stored.
                if isinstance(happening, Token | SourcesFound) or _is_news(happening):
                    reply.publish(happening)

    def _time(self, happening: Happening, seconds: float) -> None:
        if isinstance(happening, SourcesFound):
            self._metrics.retrieval_seconds.observe(seconds)
        elif isinstance(happening, Token):
            self._metrics.first_token_seconds.observe(seconds)

    def _end_of(self, writer: asyncio.Task[None], draft: Draft) -> Done | Failed:
        """Why the writing ended before the answer did."""
        if writer.cancelled():
            if draft.turn.message_id in self._stopping:
                return draft.stopped()
            return draft.failed(
                "server_stopping", "The server is restarting; ask again in a moment"
            )
        return self._failed_by(writer.exception() or ProviderMalformed(), draft)

    def _failed_by(self, error: BaseException, draft: Draft) -> Failed:
        if isinstance(error, AppError):
            return draft.failed(error.code, error.detail, retryable=error.retryable)
        if isinstance(error, UNREACHABLE):
            log.warning("reply_lost_database", kind=type(error).__name__)
            return draft.failed(DatabaseUnavailable.code, DatabaseUnavailable.title)
        log.error("reply_failed", message_id=str(draft.turn.message_id), exc_info=error)
        return draft.failed("internal_error", "Something went wrong here; try again")

    async def _save(self, draft: Draft) -> None:
        """Raise what the last attempt failed with."""
        for attempt in range(1, SAVE_ATTEMPTS):
            try:
                await save_reply(self._database, draft)
            except UNREACHABLE as error:
                log.warning("reply_not_saved", attempt=attempt, kind=type(error).__name__)
                await asyncio.sleep(0.1 * 2**attempt)
            else:
                return
        await save_reply(self._database, draft)


def count_reply(metrics: Metrics, draft: Draft) -> None:
    metrics.tokens.inc(draft.token_count)
    if draft.provider:
        metrics.provider_cost_usd.labels(draft.provider).inc(draft.usage["cost_usd"])
    metrics.replies.labels(draft.mode, draft.status).inc()


def _is_news(happening: Happening) -> TypeGuard[Answering]:
    return isinstance(happening, Answering) and bool(happening.skipped)
