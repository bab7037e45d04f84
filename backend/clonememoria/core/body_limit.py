"""Bounds what a request may send before anything reads it; files have a limit of their own."""

import re
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MIB: Final = 1024 * 1024
# Their routes count while the bytes stream in, and know what of them is a file.
COUNTED_BY_THEIR_ROUTE: Final = re.compile(r"/api/(v1/)?clones/[^/]+/documents/(upload|.+/content)")
TEXTS: Final = re.compile(r"/api/(v1/)?clones/[^/]+/documents(/[^/]+)?")


class BodyLimit:
    """A pasted text may be as large as a file; anything else is small."""

    def __init__(self, app: ASGIApp, *, max_text_bytes: int) -> None:
        self._app = app
        self._max_text_bytes = max_text_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_of(scope["path"]) if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _says(limit))
            return message

        await self._app(scope, counted, send)

    def _limit_of(self, path: str) -> int | None:
        if COUNTED_BY_THEIR_ROUTE.fullmatch(path):
            return None
        return self._max_text_bytes + MIB if TEXTS.fullmatch(path) else MIB


def _says(limit: int) -> str:
    return f"The request is larger than {limit // MIB} MiB"
