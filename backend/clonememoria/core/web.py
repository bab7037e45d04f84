"""What every route shares: the app's parts, paging, and what wraps each request."""

import re
from typing import Annotated, Final, cast

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import Depends, FastAPI, Query, Request
from fastapi.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from uuid_utils.compat import uuid7

from clonememoria.core.access_log import AccessLog
from clonememoria.core.body_limit import BodyLimit
from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from clonememoria.core.metrics import Metrics
from clonememoria.core.redis import SharedRedis
from clonememoria.core.security_headers import SecurityHeaders

SANE_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Cheap to answer, and asked for by monitors. A stream must not begin for a HEAD.
ANSWERED_WITHOUT_BODY: Final = re.compile(r"/(health(/\w+)?|openapi\.json|metrics)")


def settings_of(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


def database_of(request: Request) -> Database:
    return cast(Database, request.app.state.database)


def redis_of(request: Request) -> SharedRedis | None:
    return cast(SharedRedis | None, request.app.state.redis)


AppSettings = Annotated[Settings, Depends(settings_of)]
AppDatabase = Annotated[Database, Depends(database_of)]
AppRedis = Annotated[SharedRedis | None, Depends(redis_of)]


class Page:
    """`?limit=` and `?offset=`; the total goes into X-Total-Count."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> None:
        self.limit = limit
        self.offset = offset


class OneSpelling:
    """`/api/clones/` and `/api/clones` are one address: a redirect would lose a POST's body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            scope = {**scope, "path": scope["path"].rstrip("/")}
        await self._app(scope, receive, send)


class HeadAsGet:
    """The server drops the body of an answer to HEAD by itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["type"] == "http" and scope["method"] == "HEAD"
        if is_head and ANSWERED_WITHOUT_BODY.fullmatch(scope["path"]):
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


def install_middleware(app: FastAPI, *, settings: Settings, metrics: Metrics) -> None:
    """The last one added is the outermost: request ids wrap everything."""
    app.add_middleware(BodyLimit)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_credentials=True,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["X-Request-ID", "X-Total-Count", "Retry-After"],
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(AccessLog, metrics=metrics)
    # Outside of the log, which reads the route from the scope that these copy.
    app.add_middleware(HeadAsGet)
    app.add_middleware(OneSpelling)
    app.add_middleware(
        CorrelationIdMiddleware,
        header_name="X-Request-ID",
        generator=lambda: str(uuid7()),
        validator=lambda value: SANE_REQUEST_ID.fullmatch(value) is not None,
        transformer=lambda value: value,
    )
