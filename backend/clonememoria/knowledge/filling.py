"""Vectors for chunks that have none in a space yet; knows neither why nor what they serve for.

No transaction is open while the provider is asked. What is stored stays: whoever goes on where
another was killed computes nothing twice but the step that was on its way.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database
from clonememoria.knowledge import embedding
from clonememoria.knowledge.charging import charge
from clonememoria.knowledge.indexing import row_slices
from clonememoria.knowledge.spaces import Embedding, lacking, space_of
from clonememoria.models import Chunk, Document
from clonememoria.providers.embeddings.base import Embeddings, Vectors
from clonememoria.providers.prices import Prices

# Chunks that a transaction is deleting come back, or are gone, when it ends.
WAIT_FOR_LOCKS_S: Final = 0.5

# Called in each transaction that stores, before it does, with how many chunks are done by then.
OnStore = Callable[[AsyncSession, int], Awaitable[None]]


async def _untold(_session: AsyncSession, _done: int) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    clone_id: UUID
    owner_id: UUID
    embedding: Embedding
    embeddings: Embeddings
    prices: Prices
    database: Database


async def gaps(
    session: AsyncSession, filling: Filling, *, limit: int | None = None
) -> Sequence[UUID]:
    """The chunks without a vector, the oldest first."""
    query = lacking(filling.clone_id, filling.embedding).order_by(Chunk.id).limit(limit)
    return (await session.scalars(query)).all()


async def fill(filling: Filling, ids: Sequence[UUID], *, on_store: OnStore = _untold) -> int:
    """Embed these chunks step by step; return how many got their vector."""
    step = filling.embeddings.batch_size * embedding.CONCURRENCY
    stored = 0
    for at in range(0, len(ids), step):
        part = ids[at : at + step]
        stored += await _fill_step(filling, part, done=at + len(part), on_store=on_store)
    return stored


async def _fill_step(filling: Filling, ids: Sequence[UUID], *, done: int, on_store: OnStore) -> int:
    async with filling.database.as_user(filling.owner_id) as session:
        texts = await _texts(session, ids)
    if not texts:
        return 0
    embedded = list(texts.values())
    vectors = await embedding.embed_texts(
        embedded, filling.embeddings, model=filling.embedding.model
    )
    async with filling.database.as_user(filling.owner_id) as session:
        # First: who deletes an account locks it before all that belongs to it, too.
        await charge(
            session,
            filling.embedding,
            embedded,
            clone_id=filling.clone_id,
            owner_id=filling.owner_id,
            prices=filling.prices,
        )
        await on_store(session, done)
        space_id = await space_of(session, filling.embedding, vectors.shape[1])
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
