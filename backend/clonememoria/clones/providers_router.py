"""The routes under /api/providers: what a clone can be built on here, and whether it answers."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import APIRouter
from sqlalchemy import text

from clonememoria.accounts.identity import CurrentUser
from clonememoria.clones import provider_schemas as schemas
from clonememoria.clones.dependencies import AppProviders
from clonememoria.clones.schemas import ProviderName
from clonememoria.core.db import Database
from clonememoria.core.errors import UnknownProvider
from clonememoria.core.limits import AppLimits
from clonememoria.core.openapi import problems
from clonememoria.core.web import AppDatabase
from clonememoria.providers.catalog import ProviderInfo, Providers
from clonememoria.providers.llm.base import ChatMessage, Completion

router = APIRouter(responses=problems(401, 503))

VECTOR_STORE: Final = "pgvector"
TESTS_PER_MINUTE: Final = 10


@router.get("")
async def list_providers(_user: CurrentUser, providers: AppProviders) -> schemas.Providers:
    """List providers: what exists, what is configured, what it offers. At most a minute old."""
    return schemas.Providers(
        llm=[_provider(info) for info in await providers.catalog("llm")],
        embedding=[_provider(info) for info in await providers.catalog("embeddings")],
        tts=[_tts_provider(info) for info in await providers.catalog("tts")],
        vector_store=[
            schemas.Provider(
                name=VECTOR_STORE,
                configured=True,
                healthy=True,  # Whoever asks was just found in the same database.
                models=[],
                default=None,
                is_default=True,
            )
        ],
    )


def _provider(info: ProviderInfo) -> schemas.Provider:
    return schemas.Provider(
        name=info.name,
        configured=info.is_configured,
        healthy=info.is_healthy,
        models=list(info.choices),
        default=next(iter(info.choices), None),
        is_default=info.is_default,
        circuit=info.circuit,
        last_error=info.last_error,
        hint=info.hint,
    )


def _tts_provider(info: ProviderInfo) -> schemas.TtsProvider:
    provider = _provider(info).model_copy(update={"models": []})
    return schemas.TtsProvider(**provider.model_dump(), voices=list(info.choices))


@router.post("/{kind}/{name}/test", responses=problems(422, 429))
async def test_provider(
    kind: schemas.ProviderKind,
    name: ProviderName,
    user: CurrentUser,
    *,
    database: AppDatabase,
    limits: AppLimits,
    providers: AppProviders,
) -> schemas.ProviderTest:
    """Test a provider: make one tiny real call and say how long it took.

    A provider that fails answers with the problem that a chat would have met.
    """
    limits.count(f"provider test {user.id}", per_minute=TESTS_PER_MINUTE)
    started = time.perf_counter()
    if kind == "vector_store":
        await _try_vectors(name, database)
    else:
        await TRIALS[kind](name, providers)
    latency_ms = round((time.perf_counter() - started) * 1000, 1)
    return schemas.ProviderTest(kind=kind, name=name, latency_ms=latency_ms)


async def _try_llm(name: str, providers: Providers) -> None:
    llm = providers.llm(name)
    question = Completion(
        (ChatMessage("user", "Answer with the word yes."),),
        model=llm.default_model,
        temperature=0,
        max_tokens=16,
    )
    async for _ in llm.stream(question):
        pass


async def _try_embeddings(name: str, providers: Providers) -> None:
    embeddings = providers.embeddings(name)
    await embeddings.embed(["yes"], model=embeddings.default_model)


async def _try_tts(name: str, providers: Providers) -> None:
    tts = providers.tts(name)
    await tts.synthesize("Yes.", voice=tts.default_voice)


async def _try_vectors(name: str, database: Database) -> None:
    if name != VECTOR_STORE:
        raise UnknownProvider(f"The only vector store is {VECTOR_STORE}")
    async with database.as_system() as session:
        await session.execute(text("select '[1,2]'::vector <=> '[2,1]'::vector"))


TRIALS: Final[Mapping[str, Callable[[str, Providers], Awaitable[None]]]] = {
    "llm": _try_llm,
    "embedding": _try_embeddings,
    "tts": _try_tts,
}
