"""A clone's change from one space to another: begun, claimed, given up, switched; embeds nothing.

The old vectors serve until each chunk has a new one. Whoever changes what serves, or what is
wanted, holds the clone; whoever stores vectors holds the row of the change. Chunks never change,
so that a vector is right for as long as it exists. See docs/adr/0010-changing-the-embedding.md.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.accounts.budgets import Budgets
from clonememoria.knowledge.charging import check_affordable
from clonememoria.knowledge.lifecycle import ClaimLost, lock_clone, refresh_rag_status
from clonememoria.knowledge.queue import ReembedJob, enqueue
from clonememoria.knowledge.spaces import Embedding, lacking, serving, wanted_by
from clonememoria.knowledge.visibility import is_shown
from clonememoria.models import Chunk, Clone, Reembedding
from clonememoria.providers.prices import Prices

CRASHED: Final = "Re-embedding failed again and again without a result."


@dataclass(frozen=True, slots=True)
class ReembedClaim:
    """One try of one worker."""

    claim_id: UUID
    clone_id: UUID
    owner_id: UUID
    embedding: Embedding
    attempt: int

    @property
    def still_stands(self) -> ColumnElement[bool]:
        return (Reembedding.clone_id == self.clone_id) & (Reembedding.claim_id == self.claim_id)


async def follow_settings(
    session: AsyncSession,
    clone: Clone,
    *,
    tiers: Collection[Embedding],
    prices: Prices,
    budgets: Budgets,
) -> None:
    """In the transaction that changed the clone's embedding: make what serves follow it.

    Vectors of `tiers` are kept, as of what serves. Raise BudgetExceeded where the maker of the
    clone may not pay for new ones.
    """
    wanted = wanted_by(clone)
    if wanted == serving(clone):
        await _end(session, clone.id, {wanted, *tiers})
    elif await _has_no_chunks(session, clone.id):
        await _switch(session, clone.id, wanted, tiers=tiers)
    elif not await _is_under_way(session, clone.id, wanted):
        await check_affordable(
            session, wanted, owner_id=clone.creator_id, prices=prices, budgets=budgets
        )
        await _begin(session, clone, wanted)
    else:
        return
    await refresh_rag_status(session, clone.id)
    await session.refresh(clone)


async def _has_no_chunks(session: AsyncSession, clone_id: UUID) -> bool:
    query = select(Chunk.id).where(Chunk.clone_id == clone_id, is_shown(clone_id)).limit(1)
    return await session.scalar(query) is None


async def _is_under_way(session: AsyncSession, clone_id: UUID, wanted: Embedding) -> bool:
    query = select(Reembedding.clone_id).where(
        Reembedding.clone_id == clone_id,
        Reembedding.provider == wanted.provider,
        Reembedding.model == wanted.model,
        Reembedding.error_message.is_(None),
    )
    return await session.scalar(query) is not None


async def _begin(session: AsyncSession, clone: Clone, wanted: Embedding) -> None:
    begun = {
        "provider": wanted.provider,
        "model": wanted.model,
        "claim_id": None,
        "attempts": 0,
        "progress_percentage": 0,
        "error_message": None,
        "updated_at": func.clock_timestamp(),
    }
    await session.execute(
        insert(Reembedding)
        .values(clone_id=clone.id, owner_id=clone.creator_id, **begun)
        .on_conflict_do_update(index_elements=["clone_id"], set_=begun)
    )
    await enqueue(session, ReembedJob(clone.id, clone.creator_id))


async def claim(session: AsyncSession, clone_id: UUID, *, max_attempts: int) -> ReembedClaim | None:
    """Start one more try; None when there is nothing (left) to do."""
    await lock_clone(session, clone_id)
    claim_id = uuid7()
    started = await session.execute(
        update(Reembedding)
        .where(Reembedding.clone_id == clone_id, Reembedding.error_message.is_(None))
        .values(
            attempts=Reembedding.attempts + 1,
            claim_id=claim_id,
            updated_at=func.clock_timestamp(),
        )
        .returning(Reembedding)
    )
    row = started.scalar_one_or_none()
    if row is None:
        return None
    claimed = ReembedClaim(
        claim_id=claim_id,
        clone_id=clone_id,
        owner_id=row.owner_id,
        embedding=Embedding(row.provider, row.model),
        attempt=row.attempts,
    )
    if row.attempts > max_attempts:
        await fail(session, claimed, CRASHED)
        return None
    return claimed


async def chunk_count(session: AsyncSession, claimed: ReembedClaim) -> int:
    query = select(func.count()).where(
        Chunk.clone_id == claimed.clone_id, is_shown(claimed.clone_id)
    )
    return (await session.execute(query)).scalar_one()


async def report(session: AsyncSession, claimed: ReembedClaim, percentage: int) -> None:
    """Of what is stored in this transaction; raise ClaimLost. Tries count anew from here."""
    await _write(session, claimed, attempts=0, progress_percentage=percentage)


async def fruitless_tries(session: AsyncSession, claimed: ReembedClaim) -> int:
    """Since vectors were last stored, this one included."""
    query = select(Reembedding.attempts).where(claimed.still_stands)
    tries = await session.scalar(query)
    if tries is None:
        raise ClaimLost
    return tries


async def give_back(session: AsyncSession, claimed: ReembedClaim) -> None:
    """A worker that stops is no failure."""
    await session.execute(
        update(Reembedding)
        .where(claimed.still_stands, Reembedding.attempts == claimed.attempt)
        .values(attempts=claimed.attempt - 1)
    )


async def fail(session: AsyncSession, claimed: ReembedClaim, reason: str) -> None:
    """The old vectors go on serving, and what was computed is kept for the next start."""
    await lock_clone(session, claimed.clone_id)
    await _write(session, claimed, error_message=reason)
    await refresh_rag_status(session, claimed.clone_id)


async def switch(
    session: AsyncSession, claimed: ReembedClaim, *, tiers: Collection[Embedding]
) -> bool:
    """Let the wanted space serve, unless a chunk came meanwhile that is not in it."""
    await lock_clone(session, claimed.clone_id)
    await _write(session, claimed)
    if await session.scalar(lacking(claimed.clone_id, claimed.embedding).limit(1)) is not None:
        return False
    await _switch(session, claimed.clone_id, claimed.embedding, tiers=tiers)
    await refresh_rag_status(session, claimed.clone_id)
    return True


async def _switch(
    session: AsyncSession, clone_id: UUID, wanted: Embedding, *, tiers: Collection[Embedding]
) -> None:
    await session.execute(
        update(Clone)
        .where(Clone.id == clone_id)
        .values(serving_provider=wanted.provider, serving_model=wanted.model)
        .execution_options(synchronize_session=False)
    )
    await _end(session, clone_id, {wanted, *tiers})


# Skipped: what is being deleted with its chunk. Waiting for that could be a wait in a circle.
_DELETE_OTHERS = text("""
    delete from chunk_embeddings where ctid = any(array(
        select ctid from chunk_embeddings
        where clone_id = :clone_id and space_id not in (
            select id from embedding_spaces
            join unnest(cast(:providers as text[]), cast(:models as text[]))
                 as kept (provider, model) using (provider, model))
        for update skip locked))""")


async def _end(session: AsyncSession, clone_id: UUID, kept: set[Embedding]) -> None:
    await session.execute(delete(Reembedding).where(Reembedding.clone_id == clone_id))
    names = {
        "providers": [embedding.provider for embedding in kept],
        "models": [embedding.model for embedding in kept],
    }
    await session.execute(_DELETE_OTHERS, {"clone_id": clone_id, **names})


async def _write(session: AsyncSession, claimed: ReembedClaim, **values: object) -> None:
    written = await session.scalar(
        update(Reembedding)
        .where(claimed.still_stands)
        .values(updated_at=func.clock_timestamp(), **values)
        .returning(Reembedding.clone_id)
        .execution_options(synchronize_session=False)
    )
    if written is None:
        raise ClaimLost
