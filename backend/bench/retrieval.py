"""Hybrid retrieval, in process and over HTTP, against its own SQL as a bare prepared statement."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from statistics import median
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy import Dialect

from bench.prose import questions
from bench.result import Result
from bench.stage import Stage, library
from clonememoria.core.config import Settings
from clonememoria.core.db import Database, DatabaseAddress, create_app_engine
from clonememoria.core.postgres import running_postgres
from clonememoria.knowledge.lexical import lexical_query
from clonememoria.knowledge.ranking import SEARCH
from clonememoria.knowledge.retrieval import MAX_TERMS, MIN_CANDIDATES, Query, search
from clonememoria.models import Clone
from clonememoria.providers.catalog import Providers

QUESTIONS: Final = 100
WARM_UP_QUESTIONS: Final = 10
LIMIT: Final = 5
TARGET_RATIO: Final = 2.0

Ask = Callable[[str], Awaitable[None]]
BareSearch = Callable[[str, Sequence[float]], Awaitable[None]]


async def measure(stage: Stage) -> AsyncIterator[Result]:
    clone_id = await library(stage)
    settings = Settings(_env_file=None, data_dir=stage.data_dir, database_url=None)
    async with running_postgres(settings) as address, _connected(address, stage.owner_id) as raw:
        database, providers = Database(create_app_engine(address)), Providers(settings)
        async with database.as_user(stage.owner_id) as session:
            clone = await session.get_one(Clone, clone_id)
        bare = await _prepared(raw, database.engine.dialect, clone)
        vectors = await _vectors(providers, clone)

        async def in_process(question: str) -> None:
            query = Query(text=question, limit=LIMIT, reader_is_owner=True)
            await search(query, clone=clone, database=database, providers=providers)

        async def over_http(question: str) -> None:
            body = {"query": question, "limit": LIMIT}
            answer = await stage.http.post(f"/api/clones/{clone_id}/search", json=body)
            answer.raise_for_status()

        bare_ms, process_ms, http_ms = await _medians(
            [lambda question: bare(question, vectors[question]), in_process, over_http]
        )
        await database.close()
    yield _result("hybrid retrieval, 10,000 chunks", bare_ms, process_ms)
    yield _result("the same over HTTP", bare_ms, http_ms)


def _result(what: str, bare_ms: float, ours_ms: float) -> Result:
    ratio = ours_ms / bare_ms
    return Result(
        what=what,
        bare=f"{bare_ms:.1f} ms",
        ours=f"{ours_ms:.1f} ms",
        figure=f"{ratio:.2f} ×",
        target=f"≤ {TARGET_RATIO:.0f} ×",
        is_met=ratio <= TARGET_RATIO,
    )


def _questions() -> list[str]:
    return questions(WARM_UP_QUESTIONS + QUESTIONS, seed=7)


async def _vectors(providers: Providers, clone: Clone) -> dict[str, list[float]]:
    embeddings = providers.embeddings(clone.embedding_provider)
    asked = _questions()
    vectors = await embeddings.embed(asked, model=clone.embedding_model)
    return {q: [float(v) for v in vector] for q, vector in zip(asked, vectors, strict=True)}


async def _medians(ways: Sequence[Ask]) -> list[float]:
    """In ms, the ways taking turns at each question, so that all meet the same machine."""
    rounds = []
    for question in _questions():
        took_ms = []
        for way in ways:
            started = time.perf_counter()
            await way(question)
            took_ms.append((time.perf_counter() - started) * 1000)
        rounds.append(took_ms)
    return [median(side) for side in zip(*rounds[WARM_UP_QUESTIONS:], strict=True)]


async def _prepared(connection: asyncpg.Connection, dialect: Dialect, clone: Clone) -> BareSearch:
    """The statement as the driver gets it from us, with the values that `search` gives it."""
    compiled = SEARCH.compile(dialect=dialect)
    names = compiled.positiontup or ()
    statement = await connection.prepare(str(compiled))

    async def find(question: str, vector: Sequence[float]) -> None:
        values = {
            "clone_id": clone.id,
            "is_tier": False,
            "provider": clone.embedding_provider,
            "model": clone.embedding_model,
            "dimensions": len(vector),
            "vector": vector,
            "words": lexical_query(question),
            "mode": "hybrid",
            "sources": None,
            "is_owner": True,
            "sees_all": True,
            "limit": LIMIT,
            "candidates": MIN_CANDIDATES,
            "max_terms": MAX_TERMS,
        }
        await statement.fetch(*(values[name] for name in names))

    return find


@asynccontextmanager
async def _connected(address: DatabaseAddress, owner_id: UUID) -> AsyncIterator[asyncpg.Connection]:
    """As the app's role and in the owner's name: row security is on."""
    url = address.app_url
    connection = await asyncpg.connect(
        host=str(url.query["host"]), port=url.port, user=url.username, database=url.database
    )
    await connection.execute("select set_config('app.user_id', $1, false)", str(owner_id))
    await connection.execute("set jit = off")
    yield connection
    await connection.close()
