"""Hashing of many texts beside the server: in a thread of it, every request would wait for that."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from clonememoria.core.errors import ProviderDown
from clonememoria.providers.child_process import end_child, start_child
from clonememoria.providers.embeddings import hashing_child
from clonememoria.providers.embeddings.base import Vectors
from clonememoria.providers.embeddings.hashing import DIMENSIONS
from clonememoria.providers.embeddings.hashing_child import LENGTH

VECTOR_BYTES: Final = DIMENSIONS * np.dtype(np.float32).itemsize


class HashingProcess:
    """One process, started when it is needed first; who comes meanwhile stands in line."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), DIMENSIONS); raise ProviderDown where the process dies of it."""
        async with self._turn:
            if self._process is None or self._process.returncode is not None:
                self._process = await start_child(hashing_child.__name__)
            try:
                answer = await _ask(self._process, texts)
            except BaseException:
                # It may be in the middle of an answer that nobody waits for.
                await self._end()
                raise
        return np.frombuffer(answer, np.float32).reshape(len(texts), DIMENSIONS)

    async def aclose(self) -> None:
        await self._end()

    async def _end(self) -> None:
        if self._process:
            process, self._process = self._process, None
            await end_child(process)


async def _ask(process: asyncio.subprocess.Process, texts: Sequence[str]) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise ProviderDown
    # A lone surrogate is no UTF-8, and no reason to fail.
    request = msgspec.msgpack.encode([text.encode(errors="replace") for text in texts])
    try:
        process.stdin.write(LENGTH.pack(len(request)) + request)
        await process.stdin.drain()
        return await process.stdout.readexactly(len(texts) * VECTOR_BYTES)
    except (asyncio.IncompleteReadError, ConnectionError):
        raise ProviderDown from None
