"""Asks the parts of the running app how they are, and waits for none of them long."""

from clonememoria import __version__
from clonememoria.analytics.schemas import Health, ProviderHealth, RagHealth, Readiness
from clonememoria.core.db import UNREACHABLE, Database
from clonememoria.knowledge.queue import is_stalled
from clonememoria.knowledge.worker import Worker
from clonememoria.migrations.schema import current_revision, newest_revision
from clonememoria.providers.catalog import Providers
from clonememoria.providers.registry import Kind


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


async def rag_health_of(database: Database, providers: Providers) -> RagHealth:
    llm = await _default_of(providers, "llm")
    embedding = await _default_of(providers, "embeddings")
    tts = await _default_of(providers, "tts")
    is_whole = False not in {llm.healthy, embedding.healthy, tts.healthy}
    is_reachable = await database.is_reachable()
    searches = "lexical" if embedding.healthy is False else "hybrid"
    return RagHealth(
        status="ok" if is_whole and is_reachable else "degraded",
        retrieval=searches if is_reachable else "unavailable",
        providers={"llm": llm, "embedding": embedding, "tts": tts},
    )


async def _default_of(providers: Providers, kind: Kind) -> ProviderHealth:
    name = providers.default(kind)
    infos = await providers.catalog(kind)
    known = {info.name: info.is_healthy for info in infos if info.is_configured}
    return ProviderHealth(name=name, healthy=known.get(name, False))
