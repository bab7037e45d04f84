"""Takes documents from the queue and has them ingested; the only place that retries or gives up.

Runs inside the server, or by itself on any machine that reaches the database.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job

from clonememoria.core.config import Settings
from clonememoria.core.db import UNREACHABLE, Database
from clonememoria.core.errors import AppError, ProviderError
from clonememoria.core.metrics import Metrics
from clonememoria.core.tasks import failure_of
from clonememoria.knowledge import lifecycle
from clonememoria.knowledge.ingest import ClaimLost, ingest
from clonememoria.knowledge.lifecycle import Claim
from clonememoria.knowledge.queue import INGEST, IngestJob, queries_on, requeue_orphans
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

SWEEP_INTERVAL_S: Final = 30.0
RECONNECT_DELAYS_S: Final = (0.2, 1.0, 5.0)
MAX_RETRY_AFTER_S: Final = 30.0
CRASH_RETRY_DELAY_S: Final = 2.0
STOP_GRACE_S: Final = 10.0


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

    def __init__(
        self,
        database: Database,
        providers: Providers,
        metrics: Metrics,
        *,
        concurrency: int,
        timing: Timing,
    ) -> None:
        self.is_connected = False
        self._database = database
        self._providers = providers
        self._metrics = metrics
        self._concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._timing = timing
        self._is_stopping = False
        self._queue: QueueManager | None = None
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
            self._queue = queue = QueueManager(queries_on(connection))
            queue.entrypoint(INGEST)(self._process)
            if self._is_stopping:
                queue.shutdown.set()
            self.is_connected = True
            await queue.run(
                dequeue_timeout=timedelta(seconds=self._timing.poll_s),
                batch_size=1,
                max_concurrent_tasks=max(2, self._concurrency),
                shutdown_on_listener_failure=True,
                heartbeat_timeout=timedelta(seconds=self._timing.heartbeat_s),
            )

    def _drop_work(self) -> None:
        for task in self._at_work:
            task.cancel()

    async def _process(self, job: Job) -> None:
        """The work is a task of its own: dropping it must not look like a cancelled job."""
        work = asyncio.create_task(self._ingest(IngestJob.decode(job.payload), job.attempts))
        self._at_work.add(work)
        try:
            await asyncio.wait({work})
        finally:
            work.cancel()
            self._at_work.discard(work)
        if work.cancelled():
            raise RetryRequested(reason="the worker stops")
        work.result()

    async def _ingest(self, job: IngestJob, tries: int) -> None:
        """Raise RetryRequested for what may succeed later; `tries` counts those before."""
        async with self._slots:
            claim = await self._claim(job)
            if claim is None:
                return
            try:
                await ingest(claim, database=self._database, providers=self._providers)
                self._metrics.documents.labels("completed").inc()
            except ClaimLost:
                log.info("document_dropped", document_id=str(claim.document_id))
            except AppError as error:
                await self._settle(claim, error, tries)
            except asyncio.CancelledError:
                await self._give_back(claim)
                raise
            except Exception as error:
                log.exception("ingestion_crashed", document_id=str(claim.document_id))
                # The claim has counted this try: after three the owner is told.
                raise RetryRequested(timedelta(seconds=CRASH_RETRY_DELAY_S)) from error

    async def _claim(self, job: IngestJob) -> Claim | None:
        async with self._database.as_user(job.owner_id) as session:
            return await lifecycle.claim(session, job.document_id)

    async def _settle(self, claim: Claim, error: AppError, tries: int) -> None:
        is_passing = isinstance(error, ProviderError) and error.retryable
        if is_passing and tries < len(self._timing.provider_retries_s):
            asked_s = min(error.retry_after_s or 0, MAX_RETRY_AFTER_S)
            delay_s = max(self._timing.provider_retries_s[tries], asked_s)
            await self._give_back(claim, f"{error.detail}. Next try in {delay_s:.0f} s.")
            raise RetryRequested(timedelta(seconds=delay_s), error.code)
        kept = ". The text is kept: retry when the provider works again." if is_passing else ""
        log.warning("document_failed", document_id=str(claim.document_id), code=error.code)
        async with self._database.as_user(claim.owner_id) as session:
            await lifecycle.fail(session, claim, error.detail + kept)
        self._metrics.documents.labels("failed").inc()

    async def _give_back(self, claim: Claim, reason: str | None = None) -> None:
        # Without a database there is nothing to give back to: the silence will be noticed.
        with contextlib.suppress(*UNREACHABLE):
            async with self._database.as_user(claim.owner_id) as session:
                await lifecycle.give_back(session, claim, reason=reason)


async def _sweep(database: Database) -> None:
    while True:
        if error := await failure_of(_requeue(database)):
            log.warning("sweep_failed", exc_info=error)
        await asyncio.sleep(SWEEP_INTERVAL_S)


async def _requeue(database: Database) -> None:
    if count := await requeue_orphans(database):
        log.warning("documents_requeued", count=count)


@asynccontextmanager
async def running_worker(
    *,
    database: Database,
    providers: Providers,
    settings: Settings,
    metrics: Metrics,
    timing: Timing = Timing(),
) -> AsyncIterator[Worker]:
    worker = Worker(
        database, providers, metrics, concurrency=settings.worker_concurrency, timing=timing
    )
    tasks = [asyncio.create_task(worker.run()), asyncio.create_task(_sweep(database))]
    try:
        yield worker
    finally:
        worker.stop()
        tasks[1].cancel()
        await asyncio.wait(tasks, timeout=STOP_GRACE_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
