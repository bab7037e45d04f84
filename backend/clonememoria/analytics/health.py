"""Asks the parts of the running app how they are, and waits for none of them long."""

from collections.abc import Mapping
from typing import Final

from clonememoria import __version__
from clonememoria.analytics.schemas import (
    Breaker,
    Health,
    ProviderHealth,
    RagHealth,
    RagRole,
    Readiness,
)
from clonememoria.core.db import UNREACHABLE, Database
from clonememoria.core.redis import SharedRedis, state_of
from clonememoria.knowledge.queue import is_stalled
from clonememoria.knowledge.worker import Worker
from clonememoria.migrations.schema import current_revision, newest_revision
from clonememoria.providers.catalog import ProviderInfo, Providers
from clonememoria.providers.registry import Kind

RAG_KINDS: Final[Mapping[RagRole, Kind]] = {"llm": "llm", "embedding": "embeddings", "tts": "tts"}


async def health_of(database: Database, worker: Worker | None) -> Health:
    if not await database.is_reachable():
        return Health(status="degraded", database="disconnected", version=__version__)
    is_whole = worker is None or worker.is_connected
    return Health(
        status="ok" if is_whole else "degraded", database="connected", version=__version__
    )


async def readiness_of(database: Database, worker: Worker | None) -> Readiness:
    """`worker` is the one of this process; None where others do the work."""
    nobody_knows = Readiness(
        status="not_ready", database="disconnected", migrations="unknown", worker="unknown"
    )
    if not await database.is_reachable():
        return nobody_knows
    try:
        is_at_head = await current_revision(database.engine) == newest_revision()
        async with database.as_system() as session:
            waits_in_vain = await is_stalled(session)
    except UNREACHABLE:
        return nobody_knows
    is_connected = worker is None or worker.is_connected
    return Readiness(
        status="ready" if is_at_head and is_connected and not waits_in_vain else "not_ready",
        database="connected",
        migrations="at_head" if is_at_head else "behind",
        worker="disconnected" if not is_connected else "stalled" if waits_in_vain else "ok",
    )


async def rag_health_of(
    database: Database, providers: Providers, redis: SharedRedis | None
) -> RagHealth:
    catalogs = {role: await _configured(kind, providers) for role, kind in RAG_KINDS.items()}
    defaults = {
        role: _health_of(providers.default(RAG_KINDS[role]), infos)
        for role, infos in catalogs.items()
    }
    is_whole = all(health.healthy is not False for health in defaults.values())
    is_reachable = await database.is_reachable()
    searches = "hybrid" if _can_embed(catalogs["embedding"], providers) else "lexical"
    return RagHealth(
        status="ok" if is_whole and is_reachable else "degraded",
        retrieval=searches if is_reachable else "unavailable",
        providers=defaults,
        breakers=[
            Breaker(kind=role, name=info.name, state=info.circuit)
            for role, infos in catalogs.items()
            for info in infos
        ],
        redis=state_of(redis),
    )


def _can_embed(infos: list[ProviderInfo], providers: Providers) -> bool:
    """Where the default does not answer, a fallback compares questions in its own space."""
    fallbacks = (provider for provider, _ in providers.embeddings_fallbacks())
    asked = {providers.default("embeddings"), *fallbacks}
    return any(info.is_healthy is not False for info in infos if info.name in asked)


async def _configured(kind: Kind, providers: Providers) -> list[ProviderInfo]:
    return [info for info in await providers.catalog(kind) if info.is_configured]


def _health_of(name: str, infos: list[ProviderInfo]) -> ProviderHealth:
    info = next((info for info in infos if info.name == name), None)
    if info is None:
        return ProviderHealth(name=name, healthy=False)
    return ProviderHealth(
        name=name, healthy=info.is_healthy, circuit=info.circuit, last_error=info.last_error
    )
