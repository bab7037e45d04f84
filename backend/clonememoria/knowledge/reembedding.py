"""Vectors in the wanted space for all chunks of a clone, then the switch; reads no files."""

import asyncio

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database
from clonememoria.knowledge import space_change
from clonememoria.knowledge.embedding import Embedder, embedder_for
from clonememoria.knowledge.filling import WAIT_FOR_LOCKS_S, fill, gaps
from clonememoria.knowledge.space_change import ReembedClaim
from clonememoria.knowledge.tiers import tiers_of
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()


async def reembed(claim: ReembedClaim, *, database: Database, providers: Providers) -> None:
    """Raise ClaimLost, or an AppError whose text is for the clone's owner."""
    embedder = await embedder_for(
        claim.embedding,
        clone_id=claim.clone_id,
        owner_id=claim.owner_id,
        providers=providers,
        database=database,
    )
    while True:
        stored = await _fill(embedder, claim)
        async with database.as_user(claim.owner_id) as session:
            if await space_change.switch(session, claim, tiers=tiers_of(providers)):
                break
        if not stored:
            await asyncio.sleep(WAIT_FOR_LOCKS_S)
    log.info("space_switched", clone_id=str(claim.clone_id))


async def _fill(embedder: Embedder, claim: ReembedClaim) -> int:
    """Embed all that is lacking now; return how many chunks got their vector."""
    async with embedder.database.as_user(claim.owner_id) as session:
        ids = await gaps(session, embedder)
        total = await space_change.chunk_count(session, claim)

    async def report(session: AsyncSession, done: int) -> None:
        percentage = 100 * (total - len(ids) + done) // max(total, 1)
        # The last percent is the switch.
        await space_change.report(session, claim, min(99, percentage))

    return await fill(embedder, ids, on_store=report)
