"""By which model a clone's texts become vectors, and in which space these are; asks no provider."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from clonememoria.knowledge.visibility import is_shown
from clonememoria.models import Chunk, ChunkEmbedding, Clone, EmbeddingSpace


@dataclass(frozen=True, slots=True)
class Embedding:
    """With the dimensions of its vectors it is a space."""

    provider: str
    model: str


def wanted_by(clone: Clone) -> Embedding:
    return Embedding(clone.embedding_provider, clone.embedding_model)


def serving(clone: Clone) -> Embedding:
    return Embedding(clone.serving_provider, clone.serving_model)


async def serving_now(session: AsyncSession, clone_id: UUID) -> Embedding:
    """As it is, whatever an earlier transaction saw of the clone."""
    query = select(Clone.serving_provider, Clone.serving_model).where(Clone.id == clone_id)
    provider, model = (await session.execute(query)).one()
    return Embedding(provider, model)


async def space_of(session: AsyncSession, embedding: Embedding, dimensions: int) -> int:
    """The id of the space, which is made when it is the first vector's."""
    values = {
        "provider": embedding.provider,
        "model": embedding.model,
        "dimensions": dimensions,
    }
    query = select(EmbeddingSpace.id).filter_by(**values)
    # Looked up first: writing it would lock the row, and all who index would stand in one line.
    known = await session.scalar(query)
    if known is None:
        await session.execute(insert(EmbeddingSpace).values(**values).on_conflict_do_nothing())
        known = (await session.execute(query)).scalar_one()
    return known


async def embeddings_of(session: AsyncSession, clone_id: UUID) -> set[Embedding]:
    """All of which this clone has vectors, be it for some of its chunks only."""
    has_vectors = (
        select(ChunkEmbedding.chunk_id)
        .where(ChunkEmbedding.clone_id == clone_id, ChunkEmbedding.space_id == EmbeddingSpace.id)
        .exists()
    )
    found = await session.execute(
        select(EmbeddingSpace.provider, EmbeddingSpace.model).where(has_vectors)
    )
    return {Embedding(provider, model) for provider, model in found}


def lacking(clone_id: UUID | InstrumentedAttribute[UUID], embedding: Embedding) -> Select[UUID]:
    """The chunks in sight that have no vector of this embedding."""
    embedded = (
        select(ChunkEmbedding.chunk_id)
        .join(EmbeddingSpace, EmbeddingSpace.id == ChunkEmbedding.space_id)
        .where(
            ChunkEmbedding.chunk_id == Chunk.id,
            EmbeddingSpace.provider == embedding.provider,
            EmbeddingSpace.model == embedding.model,
        )
    )
    return select(Chunk.id).where(
        Chunk.clone_id == clone_id, is_shown(clone_id), ~embedded.exists()
    )
