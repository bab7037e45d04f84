"""Embeddings that cannot hang, hammer or fail unnoticed; wraps any vendor's."""

import asyncio
from collections.abc import Sequence
from typing import Final

from clonememoria.core.errors import ProviderTimeout
from clonememoria.providers.embeddings.base import Embeddings, Vectors
from clonememoria.providers.guard import Guard, persistently

# One call may be many requests of a large batch.
TIMEOUT_S: Final = 120.0


class GuardedEmbeddings:
    def __init__(self, inner: Embeddings, guard: Guard, *, retry_after_max_s: float) -> None:
        self.name = inner.name
        self.endpoint = inner.endpoint
        self.default_model = inner.default_model
        self.batch_size = inner.batch_size
        self.guard = guard
        self._inner = inner
        self._retry_after_max_s = retry_after_max_s

    async def embed(self, texts: Sequence[str], *, model: str) -> Vectors:
        return await persistently(
            lambda: self._try(texts, model), retry_after_max_s=self._retry_after_max_s
        )

    async def _try(self, texts: Sequence[str], model: str) -> Vectors:
        async with self.guard.call() as call:
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    vectors = await self._inner.embed(texts, model=model)
            except TimeoutError:
                raise ProviderTimeout from None
            await call.answered()
            return vectors

    async def models(self) -> list[str]:
        return await self._inner.models()

    async def aclose(self) -> None:
        await self._inner.aclose()
