"""The embeddings that stand in while a clone's own does not answer, and their vectors.

Each tier is a space of its own, filled by jobs beside the documents: none waits for a tier, and
a tier that is down fails none. See docs/adr/0014-embedding-tiers.md.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database
from clonememoria.core.errors import ProviderError
from clonememoria.knowledge.embedding import embedder_for
from clonememoria.knowledge.filling import WAIT_FOR_LOCKS_S, fill, gaps
from clonememoria.knowledge.queue import FillTiersJob, enqueue_once
from clonememoria.knowledge.spaces import Embedding, lacking, serving
from clonememoria.models import Clone
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

# Then it is the next clone's turn: a large one must not hold up the others.
CHUNKS_PER_TURN: Final = 5_000


def tiers_of(providers: Providers) -> tuple[Embedding, ...]:
    """In the order in which they are asked."""
    named = (Embedding(provider, model) for provider, model in providers.embeddings_fallbacks())
    return tuple(dict.fromkeys(named))


async def request_filling(
    session: AsyncSession, job: FillTiersJob, *, embedding: Embedding, providers: Providers
) -> None:
    """In the transaction that stored chunks with vectors of `embedding`."""
    if any(tier != embedding for tier in tiers_of(providers)):
        await enqueue_once(session, job)


async def request_all_fillings(database: Database, providers: Providers) -> None:
    """For clones that are older than a tier, and for jobs that were given up or lost."""
    tiers = tiers_of(providers)
    if not tiers:
        return
    async with database.as_system() as session:
        clones = await _clones_with_gaps(session, tiers)
        for clone_id, owner_id in clones:
            await enqueue_once(session, FillTiersJob(clone_id, owner_id))
    if clones:
        log.info("tiers_to_fill", clones=len(clones))


async def _clones_with_gaps(
    session: AsyncSession, tiers: Collection[Embedding]
) -> Sequence[tuple[UUID, UUID]]:
    has_gap = [
        and_(
            or_(Clone.serving_provider != tier.provider, Clone.serving_model != tier.model),
            lacking(Clone.id, tier).exists(),
        )
        for tier in tiers
    ]
    found = await session.execute(select(Clone.id, Clone.creator_id).where(or_(*has_gap)))
    return [(clone_id, owner_id) for clone_id, owner_id in found]


async def fill_tiers(job: FillTiersJob, *, database: Database, providers: Providers) -> None:
    """A turn in each tier; raise the ProviderError of one that fails, when all had theirs."""
    async with database.as_user(job.owner_id) as session:
        clone = await session.get(Clone, job.subject_id)
    if clone is None:
        return
    failures: list[ProviderError] = []
    has_more = False
    for tier in tiers_of(providers):
        if tier == serving(clone):
            continue
        try:
            has_more |= await _fill_turn(job, tier, database=database, providers=providers)
        except ProviderError as error:
            log.warning(
                "tier_not_filled",
                code=error.code,
                provider=tier.provider,
                clone_id=str(job.subject_id),
            )
            failures.append(error)
    if has_more:
        async with database.as_user(job.owner_id) as session:
            await enqueue_once(session, job)
    if failures:
        raise max(failures, key=lambda error: error.retryable)


async def _fill_turn(
    job: FillTiersJob, tier: Embedding, *, database: Database, providers: Providers
) -> bool:
    """Whether there may be more to do."""
    embedder = await embedder_for(
        tier,
        clone_id=job.subject_id,
        owner_id=job.owner_id,
        providers=providers,
        database=database,
    )
    async with database.as_user(job.owner_id) as session:
        ids = await gaps(session, embedder, limit=CHUNKS_PER_TURN)
    stored = await fill(embedder, ids)
    if stored < len(ids):
        await asyncio.sleep(WAIT_FOR_LOCKS_S)
    return stored < len(ids) or len(ids) == CHUNKS_PER_TURN
