"""Vectors for chunks that have none in a space yet; knows neither why nor what they serve for.

No transaction is open while the provider is asked. What is stored stays: whoever goes on where
another was killed computes nothing twice but the step that was on its way.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.knowledge import halfvec
from clonememoria.knowledge.context import context_of, in_context
from clonememoria.knowledge.embedding import CONCURRENCY, Embedder, embed, pay_and_keep
from clonememoria.knowledge.spaces import lacking
from clonememoria.models import Chunk, Document
from clonememoria.providers.embeddings.base import Vectors

# Chunks that a transaction is deleting come back, or are gone, when it ends.
WAIT_FOR_LOCKS_S: Final = 0.5

# Called in each transaction that stores, before it does, with how many chunks are done by then.
OnStore = Callable[[AsyncSession, int], Awaitable[None]]


async def _untold(_session: AsyncSession, _done: int) -> None:
    return None


async def gaps(
    session: AsyncSession, embedder: Embedder, *, limit: int | None = None
) -> Sequence[UUID]:
    """The chunks without a vector, the oldest first."""
    query = lacking(embedder.clone_id, embedder.embedding).order_by(Chunk.id).limit(limit)
    return (await session.scalars(query)).all()


async def fill(embedder: Embedder, ids: Sequence[UUID], *, on_store: OnStore = _untold) -> int:
    """Embed these chunks step by step; return how many got their vector."""
    step = embedder.embeddings.batch_size * CONCURRENCY
    stored = 0
    for at in range(0, len(ids), step):
        part = ids[at : at + step]
        stored += await _fill_step(embedder, part, done=at + len(part), on_store=on_store)
    return stored


async def _fill_step(
    embedder: Embedder, ids: Sequence[UUID], *, done: int, on_store: OnStore
) -> int:
    async with embedder.database.as_user(embedder.owner_id) as session:
        texts = await _texts(session, ids)
    if not texts:
        return 0
    embedded = await embed(list(texts.values()), embedder)
    async with embedder.database.as_user(embedder.owner_id) as session:
        space_id = await pay_and_keep(session, embedded, embedder)
        await on_store(session, done)
        await _store(session, list(texts), embedded.vectors, space_id=space_id)
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
        chunk_id: in_context(context_of(title or "", headings), content)
        for chunk_id, title, headings, content in found
    }


_STORE = text("""
    insert into chunk_embeddings (chunk_id, space_id, build_id, clone_id, owner_id, embedding)
    select chunks.id, :space_id, chunks.build_id, chunks.clone_id, chunks.owner_id, row.embedding
    from unnest(cast(:ids as uuid[]), cast(:vectors as halfvec[])) as row (id, embedding)
    join chunks on chunks.id = row.id
    for key share of chunks skip locked
    on conflict do nothing""")


async def _store(
    session: AsyncSession, ids: Sequence[UUID], vectors: Vectors, *, space_id: int
) -> None:
    parameters = {"space_id": space_id, "ids": ids, "vectors": halfvec.encoded(vectors)}
    await session.execute(_STORE, parameters)
