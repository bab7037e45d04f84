"""One log line and one measurement for each request; knows no route and reads no body."""

import time
from http import HTTPStatus
from typing import Final, cast

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clonememoria.core.metrics import Metrics

log = structlog.get_logger()

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# What nobody declared shares one name: a scanner must not make a thousand time series.
NO_ROUTE: Final = "(none)"
MAX_LOGGED_PATH: Final = 200


class AccessLog:
    """Plain ASGI, and after the headers not in the way: streams pass token by token."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        structlog.contextvars.clear_contextvars()
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer.send)
        finally:
            self._record(scope, answer)

    def _record(self, scope: Scope, answer: "_Answer") -> None:
        route = route_template(scope)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self._metrics.requests.labels(method, route, str(answer.status)).inc()
        self._metrics.request_seconds.labels(method, route).observe(answer.headers_after_s)
        log.info(
            "request",
            method=method,
            path=route if route != NO_ROUTE else scope["path"][:MAX_LOGGED_PATH],
            status=answer.status,
            ms=round(answer.headers_after_s * 1000, 1),
            whole_ms=round(answer.elapsed_s() * 1000, 1),
        )


class _Answer:
    """Watches for the headers. Without any, the server answers 500 in the app's stead."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started_at = time.perf_counter()
        self._headers_after_s: float | None = None
        self.status: int = HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def headers_after_s(self) -> float:
        return self.elapsed_s() if self._headers_after_s is None else self._headers_after_s

    def elapsed_s(self) -> float:
        return time.perf_counter() - self._started_at

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers_after_s = self.elapsed_s()
        await self._send(message)


def route_template(scope: Scope) -> str:
    """The path with its parameters by name, as in /api/clones/{clone_id}.

    Put together from the path, since a route knows no prefix that its router was included under.
    """
    if "route" not in scope:
        return NO_ROUTE
    segments = cast(str, scope["path"]).split("/")
    for name, value in reversed(scope.get("path_params", {}).items()):
        # From the right: a clone may have the slug "clones".
        for place in range(len(segments) - 1, 0, -1):
            if segments[place] == str(value):
                segments[place] = f"{{{name}}}"
                break
    return "/".join(segments)
