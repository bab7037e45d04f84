"""Finds the passages of one clone that a question is about; knows no prompt and no model."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from clonememoria.core.db import Database
from clonememoria.core.errors import ProviderError, UnknownProvider
from clonememoria.knowledge.lexical import lexical_query
from clonememoria.knowledge.passage import Passage
from clonememoria.knowledge.ranking import SEARCH
from clonememoria.knowledge.spaces import Embedding, embeddings_of, serving, serving_now
from clonememoria.knowledge.tiers import tiers_of
from clonememoria.models import Clone, SearchMode
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

# Each side hands this many on to the fusion, or as many as are asked for.
MIN_CANDIDATES: Final = 100
# Words of a question that count; the rest of a very long one is left out.
MAX_TERMS: Final = 32


@dataclass(frozen=True, slots=True)
class Query:
    """`reader_is_owner` decides whether private documents are searched."""

    text: str
    limit: int
    mode: SearchMode = "hybrid"
    sources: tuple[UUID, ...] = ()
    reader_is_owner: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """`degraded` is empty where all worked.

    "embeddings": words alone found these; "embeddings:dummy": with vectors of this tier instead.
    """

    passages: tuple[Passage, ...]
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Search:
    query: Query
    clone: Clone
    database: Database
    providers: Providers


@dataclass(frozen=True, slots=True)
class _Question:
    """As a vector of one embedding, and compared with no others; without it, words alone find."""

    embedding: Embedding
    vector: list[float] | None = None
    is_tier: bool = False
    degraded: tuple[str, ...] = ()


async def search(query: Query, *, clone: Clone, database: Database, providers: Providers) -> Found:
    """Best first. Without the clone's embedding a tier stands in, else words alone; it is said."""
    scene = _Search(query, clone, database, providers)
    embedding = serving(clone)
    while True:
        found = await _find(scene, await _ask(scene, embedding))
        has_dense = any(passage.dense_rank for passage in found.passages)
        if has_dense or query.mode == "lexical":
            return found
        async with database.as_user(clone.creator_id) as session:
            now = await serving_now(session, clone.id)
        if now == embedding:
            return found
        # The clone switched to other vectors while the question was embedded for the old ones.
        embedding = now


async def _ask(scene: _Search, embedding: Embedding) -> _Question:
    if scene.query.mode == "lexical":
        return _Question(embedding)
    if vector := await _vector(scene, embedding):
        return _Question(embedding, vector)
    for tier in await _tiers_with_vectors(scene, embedding):
        if vector := await _vector(scene, tier):
            degraded = (f"embeddings:{tier.provider}",)
            return _Question(tier, vector, is_tier=True, degraded=degraded)
    return _Question(embedding, degraded=("embeddings",))


async def _tiers_with_vectors(scene: _Search, embedding: Embedding) -> list[Embedding]:
    tiers = [tier for tier in tiers_of(scene.providers) if tier != embedding]
    if not tiers:
        return []
    async with scene.database.as_user(scene.clone.creator_id) as session:
        filled = await embeddings_of(session, scene.clone.id)
    return [tier for tier in tiers if tier in filled]


async def _vector(scene: _Search, embedding: Embedding) -> list[float] | None:
    """None where the provider does not answer in time."""
    try:
        embeddings = scene.providers.query_embeddings(embedding.provider)
        vectors = await embeddings.embed([scene.query.text], model=embedding.model)
    except (ProviderError, UnknownProvider) as error:
        log.warning(
            "query_embedding_failed",
            code=error.code,
            provider=embedding.provider,
            clone_id=str(scene.clone.id),
        )
        return None
    return [float(value) for value in vectors[0]]


async def _find(scene: _Search, question: _Question) -> Found:
    query, clone = scene.query, scene.clone
    parameters = {
        "clone_id": clone.id,
        "is_tier": question.is_tier,
        "provider": question.embedding.provider,
        "model": question.embedding.model,
        "dimensions": len(question.vector or ()),
        "vector": question.vector,
        "words": lexical_query(query.text),
        "mode": query.mode if question.vector else "lexical",
        "sources": list(query.sources) or None,
        "is_owner": query.reader_is_owner,
        "sees_all": query.reader_is_owner and not query.sources,
        "limit": query.limit,
        "candidates": max(query.limit, MIN_CANDIDATES),
        "max_terms": MAX_TERMS,
    }
    # In the owner's name: a reader of a published clone sees no row of its knowledge.
    async with scene.database.as_user(clone.creator_id) as session:
        rows = await session.execute(SEARCH, parameters)
        return Found(tuple(Passage(**row) for row in rows.mappings()), question.degraded)
