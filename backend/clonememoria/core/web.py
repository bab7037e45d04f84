"""What every route shares: errors as problem+json, request ids, security headers, paging."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final, cast

import structlog
from asgi_correlation_id import CorrelationIdMiddleware, correlation_id
from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from clonememoria.core.access_log import AccessLog
from clonememoria.core.body_limit import MIB, BodyLimit
from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from clonememoria.core.errors import AppError, DatabaseUnavailable
from clonememoria.core.metrics import Metrics

log = structlog.get_logger()

PROBLEM_TYPE: Final = "application/problem+json"
SANE_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": CONTENT_SECURITY_POLICY,
}
# Swagger's page loads its script from a CDN and starts it inline.
SWAGGER_PATHS: Final = ("/docs", "/redoc")


def settings_of(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


def database_of(request: Request) -> Database:
    return cast(Database, request.app.state.database)


AppSettings = Annotated[Settings, Depends(settings_of)]
AppDatabase = Annotated[Database, Depends(database_of)]


class Page:
    """`?limit=` and `?offset=`; the total goes into X-Total-Count."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    ) -> None:
        self.limit = limit
        self.offset = offset


def problem(error: AppError) -> JSONResponse:
    status = HTTPStatus(error.status)
    body = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": correlation_id.get() or "",
        "retryable": error.retryable,
        **error.extra,
    }
    headers = {}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s or 1)))
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, error.status, headers=headers, media_type=PROBLEM_TYPE)


class _FrameworkError(AppError):
    """An error that Starlette raised by itself: no such route, no such method."""

    def __init__(self, raised: HTTPException) -> None:
        phrase = HTTPStatus(raised.status_code).phrase
        self.status, self.title = raised.status_code, phrase
        self.code = phrase.lower().replace(" ", "_").replace("-", "_")
        super().__init__(str(raised.detail))


async def _on_app_error(_request: Request, error: Exception) -> JSONResponse:
    return problem(cast(AppError, error))


async def _on_framework_error(_request: Request, error: Exception) -> JSONResponse:
    return problem(_FrameworkError(cast(HTTPException, error)))


class _ValidationFailed(AppError):
    status, code, title = 422, "validation_error", "The request is not valid"


def _says(errors: Sequence[dict[str, object]]) -> str:
    first = errors[0]
    where = ".".join(str(part) for part in cast(Sequence[object], first["loc"])[1:])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


async def _on_invalid(_request: Request, error: Exception) -> JSONResponse:
    found = cast(Sequence[dict[str, object]], cast(RequestValidationError, error).errors())
    # Without the input: it may be a password, or bytes that JSON cannot carry.
    errors = [{"loc": list(cast(Sequence[object], e["loc"])), "msg": e["msg"]} for e in found]
    return problem(_ValidationFailed(_says(found), extra={"errors": errors}))


async def _on_database_error(_request: Request, error: Exception) -> JSONResponse:
    log.error("database_failed", kind=type(error).__name__)
    return problem(DatabaseUnavailable())


async def _on_driver_error(request: Request, error: Exception) -> JSONResponse:
    if cast(DBAPIError, error).connection_invalidated:
        return await _on_database_error(request, error)
    return await _on_unexpected(request, error)


async def _on_unexpected(_request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected_error", exc_info=error)
    answer = problem(AppError("Something went wrong here; the request id finds it in the log"))
    # Starlette sends this one from outside of all middleware.
    answer.headers.update({**SECURITY_HEADERS, "X-Request-ID": correlation_id.get() or ""})
    return answer


def install_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(AppError, _on_app_error)
    app.add_exception_handler(HTTPException, _on_framework_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    for kind in (OperationalError, InterfaceError, PoolTimeout, OSError, TimeoutError):
        app.add_exception_handler(kind, _on_database_error)
    app.add_exception_handler(DBAPIError, _on_driver_error)
    app.add_exception_handler(Exception, _on_unexpected)


class SecurityHeaders:
    """Plain ASGI: a BaseHTTPMiddleware would copy every token of every stream."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_swagger = scope["path"].startswith(SWAGGER_PATHS)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    if not (is_swagger and name == "content-security-policy"):
                        headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class OneSpelling:
    """`/api/clones/` and `/api/clones` are one address: a redirect would lose a POST's body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            scope = {**scope, "path": scope["path"].rstrip("/")}
        await self._app(scope, receive, send)


def install_middleware(app: FastAPI, *, settings: Settings, metrics: Metrics) -> None:
    """The last one added is the outermost: request ids wrap everything."""
    app.add_middleware(BodyLimit, max_text_bytes=settings.max_upload_mb * MIB)
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
    # Outside of the log, which reads the route from the scope that this copies.
    app.add_middleware(OneSpelling)
    app.add_middleware(
        CorrelationIdMiddleware,
        header_name="X-Request-ID",
        generator=lambda: str(uuid7()),
        validator=lambda value: SANE_REQUEST_ID.fullmatch(value) is not None,
        transformer=lambda value: value,
    )
