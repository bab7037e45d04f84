"""The composition root: builds every part, ties them together, and takes them down again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from fastapi import APIRouter, FastAPI

from clonememoria import __version__
from clonememoria.accounts.budgets import Budgets
from clonememoria.accounts.router import router as accounts_router
from clonememoria.analytics.rag_analytics_router import router as rag_analytics_router
from clonememoria.analytics.router import router as operation_router
from clonememoria.analytics.usage_router import router as usage_router
from clonememoria.chat.conversations_router import router as conversations_router
from clonememoria.chat.rag_query_router import router as rag_query_router
from clonememoria.chat.replies import Replies
from clonememoria.chat.router import router as chat_router
from clonememoria.chat.upkeep import running_upkeep
from clonememoria.clones.providers_router import router as providers_router
from clonememoria.clones.router import router as clones_router
from clonememoria.core.cache import cache_for
from clonememoria.core.config import Settings
from clonememoria.core.data_dir import prepare_data_dir
from clonememoria.core.db import Database, DatabaseAddress, connected, wait_until_reachable
from clonememoria.core.limits import RateLimits
from clonememoria.core.metrics import Metrics
from clonememoria.core.openapi import install_openapi
from clonememoria.core.postgres import running_postgres
from clonememoria.core.problems import install_error_handlers
from clonememoria.core.redis import SharedRedis, running_redis
from clonememoria.core.secret import secret_key
from clonememoria.core.security import Passwords
from clonememoria.core.web import install_middleware
from clonememoria.core.web_ui import mount_web_ui
from clonememoria.first_run.sample import sample_welcome
from clonememoria.knowledge import memory
from clonememoria.knowledge.feed import running_feed
from clonememoria.knowledge.rag_router import router as memory_router
from clonememoria.knowledge.router import router as documents_router
from clonememoria.knowledge.search_router import router as search_router
from clonememoria.knowledge.space_change import follow_settings
from clonememoria.knowledge.suggestions import Suggestions
from clonememoria.knowledge.suggestions_router import router as suggestions_router
from clonememoria.knowledge.tiers import tiers_of
from clonememoria.knowledge.upload import Intake
from clonememoria.knowledge.worker import Worker, running_worker
from clonememoria.migrations.schema import migrate
from clonememoria.providers.catalog import Providers
from clonememoria.providers.guard import protection_for
from clonememoria.speech.recordings import Recordings
from clonememoria.speech.router import router as speech_router

log = structlog.get_logger()

FRONTEND: Final = Path(__file__).parents[2] / "frontend" / "dist"
# Replies that run when the server stops may end by themselves for this long.
DRAIN_S: Final = 20.0


def create_app(settings: Settings) -> FastAPI:
    app = FastAPI(
        title="CloneMemoria",
        version=__version__,
        summary="Give a person's knowledge a voice.",
        lifespan=_lifespan,
        redirect_slashes=False,
        # The web UI has a page for it that works offline and under its security policy.
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    install_error_handlers(app)
    app.state.metrics = Metrics()
    install_middleware(app, settings=settings, metrics=app.state.metrics)
    _mount_routers(app)
    mount_web_ui(app, FRONTEND)
    install_openapi(app)
    return app


def _mount_routers(app: FastAPI) -> None:
    api = APIRouter()
    api.include_router(accounts_router, prefix="/auth", tags=["auth"])
    api.include_router(clones_router, prefix="/clones", tags=["clones"])
    api.include_router(documents_router, prefix="/clones/{clone_id}/documents", tags=["documents"])
    api.include_router(search_router, prefix="/clones", tags=["documents"])
    api.include_router(speech_router, prefix="/chat/tts", tags=["chat"])
    api.include_router(suggestions_router, prefix="/clones", tags=["clones"])
    api.include_router(chat_router, prefix="/chat", tags=["chat"])
    api.include_router(conversations_router, prefix="/conversations", tags=["conversations"])
    api.include_router(providers_router, prefix="/providers", tags=["providers"])
    for rag_router in (memory_router, rag_query_router, rag_analytics_router):
        api.include_router(rag_router, prefix="/rag", tags=["rag"])
    api.include_router(usage_router, prefix="/usage", tags=["usage"])
    app.include_router(api, prefix="/api")
    app.include_router(api, prefix="/api/v1", include_in_schema=False)
    app.include_router(operation_router, tags=["operation"])


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(running_redis(settings))
        prepare_data_dir(settings)
        address, providers = await _open(settings, stack, metrics=app.state.metrics, redis=redis)
        database = await stack.enter_async_context(connected(address))
        replies = Replies(database, providers, app.state.metrics)
        stack.push_async_callback(replies.drain, 0)
        await stack.enter_async_context(running_upkeep(database, replies))
        app.state.database = database
        app.state.providers = providers
        app.state.replies = replies
        app.state.redis = redis
        app.state.recordings = Recordings(
            cache_for(redis, max_bytes=settings.tts_cache_mb * 1_000_000)
        )
        app.state.limits = RateLimits(redis)
        app.state.passwords = await asyncio.to_thread(Passwords)
        app.state.secret_key = await asyncio.to_thread(secret_key, settings)
        app.state.suggestions = Suggestions(database, providers)
        app.state.welcome = sample_welcome(database, providers, is_wanted=settings.sample_clone)
        app.state.reembed = partial(
            follow_settings,
            tiers=tiers_of(providers),
            prices=providers.prices,
            budgets=Budgets.in_dollars(settings),
        )
        app.state.start_memory = memory.start
        app.state.intake = Intake(settings)
        app.state.document_feed = await stack.enter_async_context(running_feed(database))
        if settings.worker_inline:
            # Connections of its own: no question waits for one because documents are read.
            of_worker = await stack.enter_async_context(connected(address))
            app.state.worker = await stack.enter_async_context(
                running_worker(
                    database=of_worker,
                    providers=providers,
                    settings=settings,
                    metrics=app.state.metrics,
                )
            )
        log.info("started", version=__version__)
        yield
        log.info("stopping")


async def _open(
    settings: Settings, stack: AsyncExitStack, *, metrics: Metrics, redis: SharedRedis | None
) -> tuple[DatabaseAddress, Providers]:
    """The parts that the server and a worker of its own have in common."""
    providers = Providers(settings, protection_for(settings, metrics, redis))
    stack.push_async_callback(providers.aclose)
    providers.check_defaults()
    address = await stack.enter_async_context(running_postgres(settings))
    await wait_until_reachable(address)
    await migrate(address)
    await providers.warm_up()
    return address, providers


async def drain(app: FastAPI) -> None:
    """Each open stream gets its last event: the reply's own end, or an interruption."""
    app.state.document_feed.close()
    await app.state.replies.drain(DRAIN_S)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a process has that serves nobody: the database, the providers, a worker if wanted."""

    settings: Settings
    database: Database
    providers: Providers
    metrics: Metrics

    def running_worker(self) -> AbstractAsyncContextManager[Worker]:
        return running_worker(
            database=self.database,
            providers=self.providers,
            settings=self.settings,
            metrics=self.metrics,
        )


@asynccontextmanager
async def open_workshop(settings: Settings) -> AsyncIterator[Workshop]:
    async with AsyncExitStack() as stack:
        metrics = Metrics()
        redis = await stack.enter_async_context(running_redis(settings))
        # It signs no sessions: where the database is elsewhere, it keeps nothing.
        if not settings.database_url:
            prepare_data_dir(settings)
        address, providers = await _open(settings, stack, metrics=metrics, redis=redis)
        database = await stack.enter_async_context(connected(address))
        yield Workshop(settings, database, providers, metrics)


async def run_worker(settings: Settings) -> None:
    """Process documents until cancelled, in a process of its own."""
    async with open_workshop(settings) as workshop, workshop.running_worker():
        log.info("worker_started", version=__version__)
        await asyncio.Event().wait()
