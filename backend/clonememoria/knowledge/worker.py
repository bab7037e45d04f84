"""Takes jobs from the queue and has them done; knows nothing of what they are about.

Runs inside the server, or by itself on any machine that reaches the database.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job, Schedule

from clonememoria.accounts.budgets import Budgets
from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from clonememoria.core.errors import AppError
from clonememoria.core.metrics import Metrics
from clonememoria.core.tasks import failure_of
from clonememoria.knowledge.attempts import (
    Attempt,
    Initialization,
    Parts,
    is_suspect,
    start_filling,
    start_ingestion,
    start_reembedding,
)
from clonememoria.knowledge.builds import remove_abandoned_builds
from clonememoria.knowledge.fetching import web_of
from clonememoria.knowledge.kept_vectors import forget_unused
from clonememoria.knowledge.lifecycle import ClaimLost
from clonememoria.knowledge.parsing import Reader
from clonememoria.knowledge.places import DocumentQueue, Places
from clonememoria.knowledge.queue import (
    INGESTION,
    FillTiersJob,
    IngestJob,
    InitializeJob,
    ReembedJob,
    RefreshJob,
    queries_on,
    requeue_orphans,
    trim_log,
)
from clonememoria.knowledge.refreshing import (
    EVERY_FIVE_MINUTES,
    begin_refresh,
    request_refreshes,
)
from clonememoria.knowledge.tiers import request_all_fillings
from clonememoria.knowledge.upload import spool_folder
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

SWEEP_INTERVAL_S: Final = 30.0
RECONNECT_DELAYS_S: Final = (0.2, 1.0, 5.0)
CRASH_RETRY_DELAY_S: Final = 2.0
STOP_GRACE_S: Final = 8.0
# While all places are held; what frees one wakes the queue at once.
BUSY_POLL: Final = timedelta(seconds=0.5)
# Of all workers together, beside the documents: a large clone must not hold these up.
MAX_REEMBEDDINGS: Final = 2
# One alone: two for the same clone would pay for the same vectors twice.
MAX_FILLINGS: Final = 1
# Milliseconds each, as a rule.
MAX_INITIALIZATIONS: Final = 2
# Of all workers together: nobody waits for them, and a slow site holds up one of two.
MAX_REFRESHES: Final = 2
# What may run beside the documents.
MAX_OTHERS: Final = MAX_REEMBEDDINGS + MAX_FILLINGS + MAX_INITIALIZATIONS + MAX_REFRESHES


@dataclass(frozen=True, slots=True)
class Timing:
    """Who is silent for `heartbeat_s` counts as dead; every `poll_s` the others look for that.

    A provider that is down is asked again for a minute in all, then the owner is told.
    """

    heartbeat_s: float = 15.0
    poll_s: float = 5.0
    provider_retries_s: tuple[float, ...] = (1.0, 5.0, 15.0, 40.0)


class Worker:
    """`is_connected` says whether it hears of new jobs now."""

    def __init__(self, parts: Parts, *, concurrency: int, timing: Timing) -> None:
        self.is_connected = False
        self._database = parts.database
        self._parts = parts
        self._concurrency = concurrency
        self._timing = timing
        self._is_stopping = False
        self._queue: DocumentQueue | None = None
        self._at_work: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until stopped; a lost connection is made anew."""
        failures = 0
        while not self._is_stopping:
            error = await failure_of(self._run_connected())
            failures = 0 if self.is_connected else failures + 1
            self.is_connected = False
            if error and not self._is_stopping:
                delay_s = RECONNECT_DELAYS_S[min(failures, len(RECONNECT_DELAYS_S) - 1)]
                log.warning("worker_disconnected", exc_info=error, retry_in_s=delay_s)
                await asyncio.sleep(delay_s)

    def stop(self) -> None:
        """Take nothing new, and put what is at work back in line."""
        self._is_stopping = True
        if self._queue:
            self._queue.shutdown.set()
        self._drop_work()

    async def _run_connected(self) -> None:
        async with self._database.own_connection() as connection:
            # The queue would otherwise wait for the jobs at work before it gives up.
            connection.add_termination_listener(lambda _connection: self._drop_work())
            places = Places(self._concurrency)
            self._queue = queue = DocumentQueue(
                queries_on(connection), places=places, is_suspect=self._is_suspect
            )
            queue.min_dequeue_poll_interval = BUSY_POLL
            for entrypoint in INGESTION:
                queue.entrypoint(entrypoint)(partial(self._ingest, places=places))
            queue.entrypoint(ReembedJob.entrypoint, concurrency_limit=MAX_REEMBEDDINGS)(
                self._reembed
            )
            queue.entrypoint(FillTiersJob.entrypoint, concurrency_limit=MAX_FILLINGS)(self._fill)
            queue.entrypoint(InitializeJob.entrypoint, concurrency_limit=MAX_INITIALIZATIONS)(
                self._initialize
            )
            queue.entrypoint(RefreshJob.entrypoint, concurrency_limit=MAX_REFRESHES)(
                partial(self._refresh, places=places)
            )
            schedules = SchedulerManager(queue.queries)
            schedules.shutdown = queue.shutdown
            schedules.schedule("request_refreshes", EVERY_FIVE_MINUTES)(self._request_refreshes)
            if self._is_stopping:
                queue.shutdown.set()
            self.is_connected = True
            async with asyncio.TaskGroup() as group:
                group.create_task(schedules.run())
                await queue.run(
                    dequeue_timeout=timedelta(seconds=self._timing.poll_s),
                    batch_size=1,
                    # As many as there are places of all kinds: none takes from another.
                    max_concurrent_tasks=self._concurrency + 1 + MAX_OTHERS,
                    shutdown_on_listener_failure=True,
                    heartbeat_timeout=timedelta(seconds=self._timing.heartbeat_s),
                )

    def _drop_work(self) -> None:
        for task in self._at_work:
            task.cancel()

    async def _is_suspect(self, job: Job) -> bool:
        """Beside a document that kills its worker, others would use up their tries too."""
        return await is_suspect(IngestJob.decode(job.payload), self._parts)

    async def _ingest(self, job: Job, *, places: Places) -> None:
        async def work() -> None:
            document = IngestJob.decode(job.payload)
            async with places.at_work(alone=places.is_alone(job.id)):
                await _try(await start_ingestion(document, job.attempts, self._parts))

        try:
            await self._droppable(work())
        finally:
            places.leave(job.id)

    async def _refresh(self, job: Job, *, places: Places) -> None:
        async def work() -> None:
            page = RefreshJob.decode(job.payload)
            parts = self._parts
            await begin_refresh(
                page,
                database=parts.database,
                prices=parts.providers.prices,
                budgets=parts.budgets,
            )
            async with places.at_work(alone=await self._is_suspect(job)):
                await _try(await start_ingestion(page, job.attempts, parts))

        await self._droppable(work())

    async def _request_refreshes(self, _schedule: Schedule) -> None:
        if error := await failure_of(request_refreshes(self._database)):
            log.warning("requesting_refreshes_failed", exc_info=error)

    async def _reembed(self, job: Job) -> None:
        async def work() -> None:
            await _try(await start_reembedding(ReembedJob.decode(job.payload), self._parts))

        await self._droppable(work())

    async def _fill(self, job: Job) -> None:
        filling = start_filling(FillTiersJob.decode(job.payload), job.attempts, self._parts)
        await self._droppable(_try(filling))

    async def _initialize(self, job: Job) -> None:
        await self._droppable(_try(Initialization(InitializeJob.decode(job.payload), self._parts)))

    async def _droppable(self, work: Coroutine[None, None, None]) -> None:
        """The work is a task of its own: dropping it must not look like a cancelled job."""
        task = asyncio.create_task(work)
        self._at_work.add(task)
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            self._at_work.discard(task)
        if task.cancelled():
            raise RetryRequested(reason="the worker stops")
        task.result()


async def _try(attempt: Attempt | None) -> None:
    """Raise RetryRequested for what may succeed later."""
    if attempt is None:
        return
    try:
        await _settled(attempt)
    except ClaimLost:
        log.info("work_dropped", **attempt.subject)
    except asyncio.CancelledError:
        await attempt.give_back()
        raise
    except RetryRequested:
        raise
    except Exception as error:
        log.exception("work_crashed", **attempt.subject)
        # The claim has counted this try: after a few the owner is told.
        raise RetryRequested(timedelta(seconds=CRASH_RETRY_DELAY_S)) from error


async def _settled(attempt: Attempt) -> None:
    try:
        await attempt.run()
    except AppError as error:
        await attempt.settle(error)


async def _sweep(database: Database) -> None:
    while True:
        for chore in (_requeue, trim_log, remove_abandoned_builds, forget_unused):
            if error := await failure_of(chore(database)):
                log.warning("sweep_failed", exc_info=error)
        await asyncio.sleep(SWEEP_INTERVAL_S)


async def _look_for_gaps(parts: Parts) -> None:
    """Once: whatever is stored from here on asks for its vectors in the tiers by itself."""
    while error := await failure_of(request_all_fillings(parts.database, parts.providers)):
        log.warning("looking_for_gaps_failed", exc_info=error)
        await asyncio.sleep(SWEEP_INTERVAL_S)


async def _requeue(database: Database) -> None:
    if count := await requeue_orphans(database):
        log.warning("jobs_requeued", count=count)


@asynccontextmanager
async def running_worker(
    *,
    database: Database,
    providers: Providers,
    settings: Settings,
    metrics: Metrics,
    timing: Timing = Timing(),
) -> AsyncIterator[Worker]:
    reader = Reader(spool_folder(settings.data_dir))
    parts = Parts(
        database=database,
        providers=providers,
        reader=reader,
        web=web_of(settings),
        budgets=Budgets.in_dollars(settings),
        metrics=metrics,
        retries_s=timing.provider_retries_s,
    )
    worker = Worker(parts, concurrency=settings.worker_concurrency, timing=timing)
    upkeep = [asyncio.create_task(_sweep(database)), asyncio.create_task(_look_for_gaps(parts))]
    tasks = [asyncio.create_task(worker.run()), *upkeep]
    try:
        yield worker
    finally:
        worker.stop()
        for task in upkeep:
            task.cancel()
        await asyncio.wait(tasks, timeout=STOP_GRACE_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await reader.aclose()
