"""The composition root: builds every part, ties them together, and takes them down again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import structlog
from fastapi import APIRouter, FastAPI

from clonememoria import __version__
from clonememoria.accounts.router import router as accounts_router
from clonememoria.clones.router import router as clones_router
from clonememoria.core.config import Settings
from clonememoria.core.db import Database, create_app_engine, wait_until_reachable
from clonememoria.core.postgres import running_postgres
from clonememoria.core.secret import secret_key
from clonememoria.core.web import install_error_handlers, install_middleware
from clonememoria.migrations.schema import migrate
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

FRONTEND: Final = Path(__file__).parents[2] / "frontend" / "dist"


def create_app(settings: Settings) -> FastAPI:
    app = FastAPI(
        title="CloneMemoria",
        version=__version__,
        summary="Give a person's knowledge a voice.",
        lifespan=_lifespan,
    )
    app.state.settings = settings
    install_error_handlers(app)
    install_middleware(app, cors_origins=settings.cors_origins)
    _mount_routers(app)
    return app


def _mount_routers(app: FastAPI) -> None:
    api = APIRouter()
    api.include_router(accounts_router, prefix="/auth", tags=["auth"])
    api.include_router(clones_router, prefix="/clones", tags=["clones"])
    app.include_router(api, prefix="/api")
    app.include_router(api, prefix="/api/v1", include_in_schema=False)


async def run_worker(settings: Settings) -> None:
    """Process documents until cancelled, in a process of its own."""
    raise NotImplementedError(settings)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(running_postgres(settings))
        await wait_until_reachable(address)
        await migrate(address)
        database = Database(create_app_engine(address))
        stack.push_async_callback(database.close)
        providers = Providers(settings)
        stack.push_async_callback(providers.aclose)
        app.state.database = database
        app.state.providers = providers
        app.state.secret_key = await asyncio.to_thread(secret_key, settings)
        log.info("started", version=__version__)
        yield
        log.info("stopping")

