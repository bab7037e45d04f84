"""Bounds what a request may send, and how slowly, before anything reads it.

What takes files or long texts reads them itself, after it knows who sends them.
"""

import asyncio
import re
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KIB: Final = 1024
SMALL: Final = 64 * KIB
# An avatar of 150 kB, and four long texts in any alphabet.
CLONE: Final = 512 * KIB
CLONES: Final = re.compile(r"/api/(v1/)?clones(/[^/]+(/search)?)?")
COUNTED_BY_THEIR_ROUTE: Final = re.compile(r"/api/(v1/)?clones/[^/]+/documents(/.*)?")
# Between two pieces of a body: who pauses longer has gone, or means to hold a place.
PAUSE_S: Final = 15.0


class BodyLimit:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            receive = _Body(receive, limit=_limit_of(scope["path"])).receive
        await self._app(scope, receive, send)


def _limit_of(path: str) -> int | None:
    if COUNTED_BY_THEIR_ROUTE.fullmatch(path):
        return None
    return CLONE if CLONES.fullmatch(path) else SMALL


class _Body:
    def __init__(self, receive: Receive, *, limit: int | None) -> None:
        self._receive = receive
        self._limit = limit
        self._received = 0
        self._is_complete = False

    async def receive(self) -> Message:
        if self._is_complete:
            # What comes now is that the client goes, some time.
            return await self._receive()
        try:
            async with asyncio.timeout(PAUSE_S):
                message = await self._receive()
        except TimeoutError as error:
            raise _gone() from error
        self._is_complete = not message.get("more_body", False)
        self._received += len(message.get("body", b""))
        if self._limit is not None and self._received > self._limit:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _says(self._limit))
        return message


def _gone() -> HTTPException:
    reason = f"Nothing more of the request came for {PAUSE_S:.0f} s; send it again"
    return HTTPException(HTTPStatus.REQUEST_TIMEOUT, reason, {"Connection": "close"})


def _says(limit: int) -> str:
    return f"The request is larger than {limit // KIB} KiB, which is the limit here"
