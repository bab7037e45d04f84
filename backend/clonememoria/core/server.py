"""Serves an app over HTTP until a signal: binds first, then starts the parts, then answers."""

import asyncio
import socket
from asyncio import TimerHandle, Transport
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import HANDLED_SIGNALS

from clonememoria.core.errors import CannotStart

# Headers come in one piece from anybody but an attacker.
HEADERS_TIMEOUT_S: Final = 15.0


def bind(host: str, port: int) -> list[socket.socket]:
    """One socket for each address of `host`, not listening yet; raise CannotStart if one is taken.

    Bound before anything else is done: a second instance must not migrate, sweep, and then fail.
    """
    bound: list[socket.socket] = []
    for family, address in _addresses(host, port):
        listener = socket.socket(family, socket.SOCK_STREAM)
        bound.append(listener)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            # With port 0 the first address finds a free one, and the others take the same.
            listener.bind((address, port or (bound[0].getsockname()[1] if bound[1:] else 0)))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise CannotStart(f"Cannot listen on HOST={host}, PORT={port}: {reason}") from error
    return bound


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise CannotStart(f"HOST={host} is no address and no name of one") from error
    return [(family, str(address[0])) for family, _, _, _, address in found]


class Server(uvicorn.Server):
    """Uvicorn with the app's lifespan around it, so that a failed start is an exception here."""

    def __init__(
        self,
        config: uvicorn.Config,
        lifespan: AbstractAsyncContextManager[object],
        *,
        on_ready: Callable[[], None],
        drain: Callable[[], Coroutine[None, None, None]],
    ) -> None:
        super().__init__(config)
        self._app_lifespan = lifespan
        self._on_ready = on_ready
        self._drain = drain

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Return after a clean drain, whatever the signal: uvicorn would raise it once more."""
        loop = asyncio.get_running_loop()
        for signal in HANDLED_SIGNALS:
            loop.add_signal_handler(signal, self._stop)
        async with self._app_lifespan:
            if not self.should_exit:
                await self._serve(sockets)

    def _stop(self) -> None:
        """A second signal does not wait for the drain."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except OSError as error:
            raise CannotStart(f"Cannot listen: {error.strerror}") from error
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Beside uvicorn's own shutdown, which takes no more requests and waits for the streams.
        drain = asyncio.create_task(self._drain())
        await super().shutdown(sockets)
        if self.force_exit:
            drain.cancel()
        await asyncio.wait({drain})


class PunctualProtocol(HttpToolsProtocol):
    """Closes a connection whose headers are not complete in time; uvicorn waits for ever."""

    _limit: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._start_limit()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._start_limit()

    def on_headers_complete(self) -> None:
        self._end_limit()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_limit()
        super().connection_lost(exc)

    def _start_limit(self) -> None:
        if self._limit is None:
            self._limit = self.loop.call_later(HEADERS_TIMEOUT_S, self.transport.abort)

    def _end_limit(self) -> None:
        if self._limit:
            self._limit.cancel()
            self._limit = None
