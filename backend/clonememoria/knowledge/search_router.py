"""Retrieval alone over HTTP, for the owner: what would be found, and why."""

import time
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from clonememoria.accounts.identity import CurrentUser
from clonememoria.clones.access import CloneKey, owned_clone
from clonememoria.clones.dependencies import AppProviders
from clonememoria.core.openapi import problems
from clonememoria.core.text import storable
from clonememoria.core.web import AppDatabase
from clonememoria.knowledge.retrieval import Query, search
from clonememoria.models import SearchMode

router = APIRouter(responses=problems(401, 403, 404, 422))

RESULT_EXAMPLE: Final[JsonDict] = {
    "chunk_id": "019367f6-1c1d-7b43-8a29-0d9a3c5e7f21",
    "document_id": "019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c",
    "document_name": "Handbook.pdf",
    "page_number": 3,
    "char_start": 120,
    "char_end": 172,
    "content": "Refunds are paid within ten days, to the same card.",
    "score": 0.0328,
    "dense_rank": 1,
    "dense_score": 0.62,
    "lexical_rank": 1,
    "lexical_score": 4.1,
}


class SearchRequest(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"query": "refund", "limit": 5}})

    query: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=100_000),
        AfterValidator(storable),
    ]
    limit: Annotated[int, Field(ge=1, le=200)] = 10
    mode: SearchMode | None = Field(default=None, description="The clone's own by default.")
    sources: Annotated[list[UUID], Field(max_length=200)] = []


class SearchResult(BaseModel):
    """Ranks count from 1; `dense_score` is a cosine, `lexical_score` is BM25."""

    model_config = ConfigDict(json_schema_extra={"example": RESULT_EXAMPLE})

    chunk_id: UUID
    document_id: UUID
    document_name: str
    page_number: int | None
    char_start: int
    char_end: int
    content: str
    score: float
    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None


class SearchResults(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"results": [RESULT_EXAMPLE], "degraded": [], "took_ms": 8.4}}
    )

    results: list[SearchResult]
    degraded: list[str]
    took_ms: float


@router.post("/{clone_id}/search")
async def search_passages(
    clone_id: CloneKey,
    body: SearchRequest,
    *,
    user: CurrentUser,
    database: AppDatabase,
    providers: AppProviders,
) -> SearchResults:
    """The passages that a question finds, best first, with the rank and score of each side."""
    async with database.as_user(user.id) as session:
        clone = await owned_clone(session, clone_id)
    query = Query(
        text=body.query,
        limit=body.limit,
        mode=body.mode or clone.retrieval_mode,
        sources=tuple(body.sources),
        reader_is_owner=True,
    )
    started = time.perf_counter()
    found = await search(query, clone=clone, database=database, providers=providers)
    took_ms = (time.perf_counter() - started) * 1000
    results = [
        SearchResult.model_validate(passage, from_attributes=True) for passage in found.passages
    ]
    return SearchResults(results=results, degraded=list(found.degraded), took_ms=round(took_ms, 2))
