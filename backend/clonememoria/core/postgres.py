"""Which Postgres the product uses: the operator's, or the embedded one that it keeps running."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from sqlalchemy import URL

from clonememoria.core import embedded_postgres
from clonememoria.core.config import Settings
from clonememoria.core.db import APP_ROLE, DatabaseAddress, external_address
from clonememoria.core.embedded_postgres import EmbeddedPostgres

log = structlog.get_logger()

WATCH_INTERVAL_S: Final = 1.0


@asynccontextmanager
async def running_postgres(settings: Settings) -> AsyncIterator[DatabaseAddress]:
    """Yield where Postgres answers; an embedded server is stopped by its last user."""
    if settings.database_url:
        yield external_address(settings.database_url.get_secret_value())
        return
    server = await asyncio.to_thread(embedded_postgres.start, settings.data_dir / "postgres")
    watch = asyncio.create_task(_restart_when_it_dies(server))
    try:
        yield embedded_address(server)
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await asyncio.to_thread(embedded_postgres.stop, server)


def embedded_address(server: EmbeddedPostgres) -> DatabaseAddress:
    url = URL.create(
        "postgresql+asyncpg",
        username=server.superuser,
        database="postgres",
        port=server.port,
        query={"host": str(server.socket_dir)},
    )
    return DatabaseAddress(url=url, app_url=url.set(username=APP_ROLE))


async def _restart_when_it_dies(server: EmbeddedPostgres) -> None:
    while True:
        await asyncio.sleep(WATCH_INTERVAL_S)
        try:
            await asyncio.to_thread(embedded_postgres.ensure_running, server)
        except (OSError, RuntimeError):
            log.exception("postgres_restart_failed")
