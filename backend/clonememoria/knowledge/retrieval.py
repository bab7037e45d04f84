"""Finds the passages of one clone that a question is about; knows no prompt and no model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from clonememoria.core.db import Database
from clonememoria.core.errors import ProviderError
from clonememoria.knowledge.lexical import lexical_query
from clonememoria.knowledge.passage import Passage
from clonememoria.knowledge.ranking import SEARCH
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
    mode, vector = query.mode, None
    degraded: tuple[str, ...] = ()
    if mode != "lexical":
        try:
            vector = await _embed(providers, clone, query.text)
        except ProviderError as error:
            log.warning("query_embedding_failed", code=error.code, clone_id=str(clone.id))
            mode, degraded = "lexical", ("embeddings",)
    passages = await _rank(database, clone, query, mode=mode, vector=vector)
    return Found(passages, degraded)


async def _embed(providers: Providers, clone: Clone, text: str) -> list[float]:
    embeddings = providers.embeddings(clone.embedding_provider)
    vectors = await embeddings.embed([text], model=clone.embedding_model)
    return [float(value) for value in vectors[0]]


async def _rank(
    database: Database,
    clone: Clone,
    query: Query,
    *,
    mode: SearchMode,
    vector: Sequence[float] | None,
) -> tuple[Passage, ...]:
    # In the owner's name: a reader of a published clone sees no row of its knowledge.
    async with database.as_user(clone.creator_id) as session:
        rows = await session.execute(
            SEARCH,
            {
                "clone_id": clone.id,
                "provider": clone.embedding_provider,
                "model": clone.embedding_model,
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
            },
        )
        return tuple(Passage(**row) for row in rows.mappings())
