"""Embeddings that cannot hang, hammer or fail unnoticed; wraps any vendor's."""

import asyncio
import math
from collections.abc import Sequence
from typing import Final

from clonememoria.core.errors import ProviderMalformed, ProviderTimeout
from clonememoria.providers.embeddings.base import Embeddings, Vectors
from clonememoria.providers.guard import Guard, persistently

# One call may be many requests of a large batch.
TIMEOUT_S: Final = 120.0
# Of a vector that Postgres can keep.
MAX_DIMENSIONS: Final = 16_000


class GuardedEmbeddings:
    """`patience_s` bounds all tries together, and the waits between and before them."""

    def __init__(
        self,
        inner: Embeddings,
        guard: Guard,
        *,
        retry_after_max_s: float,
        patience_s: float = math.inf,
    ) -> None:
        self.name = inner.name
        self.endpoint = inner.endpoint
        self.default_model = inner.default_model
        self.batch_size = inner.batch_size
        self.is_worth_keeping = inner.is_worth_keeping
        self.guard = guard
        self._inner = inner
        self._retry_after_max_s = retry_after_max_s
        self._patience_s = patience_s

    def within(self, patience_s: float) -> "GuardedEmbeddings":
        """The same vendor behind the same guard, for who cannot wait longer than this."""
        return GuardedEmbeddings(
            self._inner,
            self.guard,
            retry_after_max_s=self._retry_after_max_s,
            patience_s=patience_s,
        )

    async def embed(self, texts: Sequence[str], *, model: str) -> Vectors:
        deadline = _now() + self._patience_s
        return await persistently(
            lambda: self._try(texts, model=model, deadline=deadline),
            retry_after_max_s=self._retry_after_max_s,
            deadline=deadline,
        )

    async def _try(self, texts: Sequence[str], *, model: str, deadline: float) -> Vectors:
        async with self.guard.call(in_line_s=deadline - _now()) as call:
            try:
                async with asyncio.timeout_at(min(deadline, _now() + TIMEOUT_S)):
                    vectors = await self._inner.embed(texts, model=model)
            except TimeoutError:
                raise ProviderTimeout from None
            if len(vectors) != len(texts) or vectors.shape[1] > MAX_DIMENSIONS:
                raise ProviderMalformed
            await call.answered()
            return vectors

    async def models(self) -> list[str]:
        return await self._inner.models()

    async def aclose(self) -> None:
        await self._inner.aclose()


def _now() -> float:
    return asyncio.get_running_loop().time()
