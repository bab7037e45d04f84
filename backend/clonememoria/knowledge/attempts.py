"""One try at a job, and what becomes of it: later again, failed with a reason, or given back.

The only place that retries or gives up; what the work is, it does not know.
"""

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

import structlog
from pgqueuer.domain.errors import RetryRequested

from clonememoria.accounts.budgets import Budgets
from clonememoria.core.db import UNREACHABLE, Database
from clonememoria.core.errors import AppError, PageUnreachable, ProviderError
from clonememoria.core.metrics import Metrics
from clonememoria.knowledge import lifecycle, space_change
from clonememoria.knowledge.fetching import Web
from clonememoria.knowledge.ingest import ingest
from clonememoria.knowledge.lifecycle import Claim
from clonememoria.knowledge.memory import initialize
from clonememoria.knowledge.parsing import Reader
from clonememoria.knowledge.queue import FillTiersJob, IngestJob, InitializeJob, ReembedJob
from clonememoria.knowledge.reembedding import reembed
from clonememoria.knowledge.space_change import ReembedClaim
from clonememoria.knowledge.tiers import fill_tiers
from clonememoria.knowledge.webpages import keep_serving
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

MAX_RETRY_AFTER_S: Final = 30.0
# Of the wait before a tier is asked again: from 1 s to 17 minutes, for a day in all.
MAX_DOUBLINGS: Final = 10
MAX_FILLING_TRIES: Final = 90


@dataclass(frozen=True, slots=True)
class Parts:
    """`retries_s` are the waits before a provider, or a site, that is down is asked again."""

    database: Database
    providers: Providers
    reader: Reader
    web: Web
    budgets: Budgets
    metrics: Metrics
    retries_s: tuple[float, ...]


class Attempt(Protocol):
    @property
    def subject(self) -> dict[str, str]:
        """What it is about, for the log."""
        ...

    async def run(self) -> None:
        """Raise ClaimLost, or an AppError whose text is for the owner."""
        ...

    async def settle(self, error: AppError) -> None:
        """Tell the owner, or raise RetryRequested for what may succeed later."""
        ...

    async def give_back(self) -> None:
        """Put it back in line: the worker stops."""
        ...


@dataclass(frozen=True, slots=True)
class Ingestion:
    """`tries` counts those of this job before."""

    claim: Claim
    tries: int
    parts: Parts

    @property
    def subject(self) -> dict[str, str]:
        return {"document_id": str(self.claim.document_id)}

    async def run(self) -> None:
        parts = self.parts
        await ingest(
            self.claim,
            database=parts.database,
            providers=parts.providers,
            reader=parts.reader,
            web=parts.web,
        )
        parts.metrics.documents.labels("completed").inc()

    async def settle(self, error: AppError) -> None:
        delay_s = _delay_s(error, self.tries, self.parts)
        if delay_s is not None:
            await self._give_back(f"{error.detail}. Next try in {delay_s:.0f} s.")
            raise RetryRequested(timedelta(seconds=delay_s), error.code)
        is_kept = isinstance(error, ProviderError) and error.retryable
        kept = ". The text is kept: retry when the provider works again." if is_kept else ""
        log.warning("document_failed", code=error.code, **self.subject)
        async with self.parts.database.as_user(self.claim.owner_id) as session:
            if not await keep_serving(session, self.claim, error):
                await lifecycle.fail(session, self.claim, error.detail + kept)
        self.parts.metrics.documents.labels("failed").inc()

    async def give_back(self) -> None:
        await self._give_back()

    async def _give_back(self, reason: str | None = None) -> None:
        # Without a database there is nothing to give back to: the silence will be noticed.
        with contextlib.suppress(*UNREACHABLE):
            async with self.parts.database.as_user(self.claim.owner_id) as session:
                await lifecycle.give_back(session, self.claim, reason=reason)


@dataclass(frozen=True, slots=True)
class Reembedding:
    claim: ReembedClaim
    parts: Parts

    @property
    def subject(self) -> dict[str, str]:
        return {"clone_id": str(self.claim.clone_id)}

    async def run(self) -> None:
        await reembed(self.claim, database=self.parts.database, providers=self.parts.providers)

    async def settle(self, error: AppError) -> None:
        async with self.parts.database.as_user(self.claim.owner_id) as session:
            tries = await space_change.fruitless_tries(session, self.claim)
        delay_s = _delay_s(error, max(0, tries - 1), self.parts)
        if delay_s is not None:
            raise RetryRequested(timedelta(seconds=delay_s), error.code)
        log.warning("reembedding_failed", code=error.code, **self.subject)
        async with self.parts.database.as_user(self.claim.owner_id) as session:
            await space_change.fail(session, self.claim, error.detail)

    async def give_back(self) -> None:
        with contextlib.suppress(*UNREACHABLE):
            async with self.parts.database.as_user(self.claim.owner_id) as session:
                await space_change.give_back(session, self.claim)


@dataclass(frozen=True, slots=True)
class TierFilling:
    """`tries` counts those of this job before. It claims nothing: done twice it does no harm."""

    job: FillTiersJob
    tries: int
    parts: Parts

    @property
    def subject(self) -> dict[str, str]:
        return {"clone_id": str(self.job.subject_id)}

    async def run(self) -> None:
        await fill_tiers(self.job, database=self.parts.database, providers=self.parts.providers)

    async def settle(self, error: AppError) -> None:
        if error.retryable:
            delay_s = self.parts.retries_s[0] * 2 ** min(self.tries, MAX_DOUBLINGS)
            raise RetryRequested(timedelta(seconds=delay_s), error.code)
        log.warning("tiers_given_up", code=error.code, **self.subject)

    async def give_back(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Initialization:
    """One transaction that asks nobody: it is done, or there is nothing of it."""

    job: InitializeJob
    parts: Parts

    @property
    def subject(self) -> dict[str, str]:
        return {"clone_id": str(self.job.subject_id)}

    async def run(self) -> None:
        await initialize(self.job, self.parts.database)

    async def settle(self, error: AppError) -> None:
        raise RetryRequested(timedelta(seconds=self.parts.retries_s[0])) from error

    async def give_back(self) -> None:
        return None


async def is_suspect(job: IngestJob, parts: Parts) -> bool:
    """Of having killed a worker, as are all that were at work beside the one that did."""
    async with parts.database.as_user(job.owner_id) as session:
        return await lifecycle.was_broken_off(session, job.subject_id)


async def start_ingestion(job: IngestJob, tries: int, parts: Parts) -> Ingestion | None:
    async with parts.database.as_user(job.owner_id) as session:
        claim = await lifecycle.claim(session, job.subject_id)
    return Ingestion(claim, tries, parts) if claim else None


async def start_reembedding(job: ReembedJob, parts: Parts) -> Reembedding | None:
    async with parts.database.as_user(job.owner_id) as session:
        claim = await space_change.claim(
            session, job.subject_id, max_attempts=len(parts.retries_s) + 1
        )
    return Reembedding(claim, parts) if claim else None


def start_filling(job: FillTiersJob, tries: int, parts: Parts) -> TierFilling | None:
    """None after so many tries that the next start, or document, may be the better time."""
    return TierFilling(job, tries, parts) if tries < MAX_FILLING_TRIES else None


def _delay_s(error: AppError, tries: int, parts: Parts) -> float | None:
    """None where another try cannot help, or was one too many."""
    is_passing = isinstance(error, ProviderError | PageUnreachable) and error.retryable
    if not is_passing or tries >= len(parts.retries_s):
        return None
    return max(parts.retries_s[tries], min(error.retry_after_s or 0, MAX_RETRY_AFTER_S))
