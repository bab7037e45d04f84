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
from clonememoria.knowledge.spaces import Embedding, serving, serving_now
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
    """`degraded` names what did not work, such as "embeddings"; empty when all did."""

    passages: tuple[Passage, ...]
    degraded: tuple[str, ...] = ()


async def search(query: Query, *, clone: Clone, database: Database, providers: Providers) -> Found:
    """Best first. Without the embedding provider the lexical side answers alone, and says so."""
    embedding = serving(clone)
    while True:
        found = await _search_in(
            embedding, query, clone=clone, database=database, providers=providers
        )
        has_dense = any(passage.dense_rank for passage in found.passages)
        if has_dense or query.mode == "lexical":
            return found
        async with database.as_user(clone.creator_id) as session:
            now = await serving_now(session, clone.id)
        if now == embedding:
            return found
        # The clone switched to other vectors while the question was embedded for the old ones.
        embedding = now


async def _search_in(
    embedding: Embedding, query: Query, *, clone: Clone, database: Database, providers: Providers
) -> Found:
    mode, vector = query.mode, None
    degraded: tuple[str, ...] = ()
    if mode != "lexical":
        try:
            vector = await _embed(providers, embedding, query.text)
        except (ProviderError, UnknownProvider) as error:
            log.warning("query_embedding_failed", code=error.code, clone_id=str(clone.id))
            mode, degraded = "lexical", ("embeddings",)
    parameters = {
        "clone_id": clone.id,
        "provider": embedding.provider,
        "model": embedding.model,
        "dimensions": len(vector or ()),
        "vector": vector,
        "words": lexical_query(query.text),
        "mode": mode,
        "sources": list(query.sources) or None,
        "is_owner": query.reader_is_owner,
        "sees_all": query.reader_is_owner and not query.sources,
        "limit": query.limit,
        "candidates": max(query.limit, MIN_CANDIDATES),
        "max_terms": MAX_TERMS,
    }
    # In the owner's name: a reader of a published clone sees no row of its knowledge.
    async with database.as_user(clone.creator_id) as session:
        rows = await session.execute(SEARCH, parameters)
        return Found(tuple(Passage(**row) for row in rows.mappings()), degraded)


async def _embed(providers: Providers, embedding: Embedding, text: str) -> list[float]:
    embeddings = providers.embeddings(embedding.provider)
    vectors = await embeddings.embed([text], model=embedding.model)
    return [float(value) for value in vectors[0]]
