"""Vectors in the wanted space for all chunks of a clone, then the switch; reads no files.

No transaction is open while the provider is asked. What is stored stays: a worker that goes on
where another was killed computes nothing twice but the step that was on its way.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database
from clonememoria.knowledge import embedding, space_change
from clonememoria.knowledge.indexing import row_slices
from clonememoria.knowledge.space_change import ReembedClaim
from clonememoria.knowledge.spaces import space_of
from clonememoria.models import Chunk, Document
from clonememoria.providers.catalog import Providers
from clonememoria.providers.embeddings.base import Embeddings, Vectors

log = structlog.get_logger()

# Chunks that a transaction is deleting come back, or are gone, when it ends.
WAIT_FOR_LOCKS_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Filling:
    claim: ReembedClaim
    embeddings: Embeddings
    database: Database


async def reembed(claim: ReembedClaim, *, database: Database, providers: Providers) -> None:
    """Raise ClaimLost, or an AppError whose text is for the clone's owner."""
    embeddings = await asyncio.to_thread(providers.embeddings, claim.embedding.provider)
    filling = _Filling(claim, embeddings, database)
    while True:
        stored = await _fill(filling)
        async with database.as_user(claim.owner_id) as session:
            if await space_change.switch(session, claim):
                break
        if not stored:
            await asyncio.sleep(WAIT_FOR_LOCKS_S)
    log.info("space_switched", clone_id=str(claim.clone_id))


async def _fill(filling: _Filling) -> int:
    """Embed all that is lacking now, step by step; return how many got their vector."""
    async with filling.database.as_user(filling.claim.owner_id) as session:
        ids = await space_change.lacking(session, filling.claim)
        total = await space_change.chunk_count(session, filling.claim)
    step = filling.embeddings.batch_size * embedding.CONCURRENCY
    stored = 0
    for at in range(0, len(ids), step):
        done = total - len(ids) + at + len(ids[at : at + step])
        # The last percent is the switch.
        percentage = min(99, 100 * done // max(total, 1))
        stored += await _step(filling, ids[at : at + step], percentage=percentage)
    return stored


async def _step(filling: _Filling, ids: Sequence[UUID], *, percentage: int) -> int:
    claim = filling.claim
    async with filling.database.as_user(claim.owner_id) as session:
        texts = await _texts(session, ids)
    if not texts:
        return 0
    vectors = await embedding.embed_texts(
        list(texts.values()), filling.embeddings, model=claim.embedding.model
    )
    async with filling.database.as_user(claim.owner_id) as session:
        await space_change.report(session, claim, percentage)
        space_id = await space_of(session, claim.embedding, vectors.shape[1])
        await _store(session, list(texts), vectors, space_id=space_id)
    return len(texts)


async def _texts(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """What ingestion gave to the provider; a chunk that is being deleted is left out."""
    found = await session.execute(
        select(Chunk.id, Document.indexed_title, Chunk.heading_path, Chunk.content)
        .join(Document, Document.id == Chunk.document_id)
        .where(Chunk.id.in_(ids))
        .order_by(Chunk.id)
        .with_for_update(read=True, key_share=True, skip_locked=True, of=Chunk)
    )
    return {
        chunk_id: embedding.in_context(title or "", headings, content)
        for chunk_id, title, headings, content in found
    }


_STORE = text("""
    insert into chunk_embeddings (chunk_id, space_id, clone_id, owner_id, embedding)
    select chunks.id, :space_id, chunks.clone_id, chunks.owner_id,
           ((cast(:flat as real[]))[(n - 1) * :dimensions + 1 : n * :dimensions])\\:\\:halfvec
    from unnest(cast(:ids as uuid[])) with ordinality as row (id, n)
    join chunks on chunks.id = row.id
    for key share of chunks skip locked
    on conflict do nothing""")


async def _store(
    session: AsyncSession, ids: Sequence[UUID], vectors: Vectors, *, space_id: int
) -> None:
    for rows in row_slices(len(ids)):
        flat = vectors[rows].ravel().tolist()
        parameters = {"space_id": space_id, "dimensions": vectors.shape[1], "flat": flat}
        await session.execute(_STORE, {"ids": list(ids[rows]), **parameters})
