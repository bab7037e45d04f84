"""Bounds how long a language model may keep a reader waiting; wraps any vendor."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

from clonememoria.core.errors import ProviderTimeout
from clonememoria.providers.llm.base import Completion, Finish, LanguageModel


class TimedLanguageModel:
    """Raises ProviderTimeout where the first token, the next one or the end comes too late."""

    def __init__(
        self, inner: LanguageModel, *, first_token_s: float, idle_s: float, total_s: float
    ) -> None:
        self.name = inner.name
        self.default_model = inner.default_model
        self._inner = inner
        self._first_token_s = first_token_s
        self._idle_s = idle_s
        self._total_s = total_s

    async def stream(self, completion: Completion) -> AsyncIterator[str | Finish]:
        now = asyncio.get_running_loop().time
        end_at = now() + self._total_s
        patience_s = self._first_token_s
        items = cast(AsyncGenerator[str | Finish], self._inner.stream(completion))
        async with aclosing(items):
            while True:
                try:
                    async with asyncio.timeout_at(min(now() + patience_s, end_at)):
                        item = await anext(items, None)
                except TimeoutError as error:
                    raise ProviderTimeout from error
                if item is None:
                    return
                yield item
                patience_s = self._idle_s

    async def models(self) -> list[str]:
        return await self._inner.models()

    async def aclose(self) -> None:
        await self._inner.aclose()
