"""How many documents one worker reads at once, whose, and which alone; knows not what reading is.

See docs/adr/0006-ingestion-queue.md.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import QueueEntrypoint

from clonememoria.knowledge.queue import INGESTION, FirstIngestJob, IngestJob


class Places:
    """`count` of them, and one more that is kept for owners who had nothing in line.

    A place is held from the moment when a document is taken from the line until it is left.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        # By job, and whether it is to be read alone.
        self._held: dict[int, bool] = {}
        self._at_work = 0
        self._turn = asyncio.Lock()
        self._nobody_works = asyncio.Event()
        self._nobody_works.set()

    def is_free(self, *, for_first: bool) -> bool:
        """Nothing more is taken while one waits to be alone, or is."""
        is_shared = not (self._turn.locked() or any(self._held.values()))
        return is_shared and len(self._held) < self._count + for_first

    def hold(self, job_id: int, *, alone: bool) -> None:
        self._held[job_id] = alone

    def is_alone(self, job_id: int) -> bool:
        return self._held[job_id]

    def leave(self, job_id: int) -> None:
        self._held.pop(job_id, None)

    @asynccontextmanager
    async def at_work(self, *, alone: bool) -> AsyncIterator[None]:
        """Alone: when the others are done, and those who come later wait."""
        async with self._turn:
            if alone:
                await self._nobody_works.wait()
                yield
                return
            self._at_work += 1
            self._nobody_works.clear()
        try:
            yield
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._nobody_works.set()


@dataclass
class DocumentQueue(QueueManager):
    """Takes no document from the line without a place for it: another worker may have one."""

    places: Places = field(kw_only=True)
    is_suspect: Callable[[Job], Awaitable[bool]] = field(kw_only=True)

    def entrypoints_below_capacity_limits(self) -> set[QueueEntrypoint]:
        is_open = {
            IngestJob.entrypoint: self.places.is_free(for_first=False),
            FirstIngestJob.entrypoint: self.places.is_free(for_first=True),
        }
        return {name for name in self.entrypoint_registry if is_open.get(name, True)}

    async def fetch_jobs(
        self,
        batch_size: int,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> AsyncGenerator[Job, None]:
        jobs = super().fetch_jobs(batch_size, global_concurrency_limit, heartbeat_timeout)
        async for job in jobs:
            # One that is at work here already, and was late to say so, is not begun again.
            if job.entrypoint in INGESTION and job.id not in self.job_context:
                self.places.hold(job.id, alone=await self.is_suspect(job))
            yield job
