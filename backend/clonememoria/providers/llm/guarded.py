"""A language model that cannot hang, hammer or fail unnoticed; wraps any vendor's."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import cast

from clonememoria.core.errors import ProviderMalformed, ProviderTimeout
from clonememoria.providers.guard import Guard, persistently
from clonememoria.providers.llm.base import Completion, Finish, LanguageModel, Usage, counted


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a reader may be kept waiting: for the first token, the next one, and the end.

    `later_s` is the longest wait that a vendor may ask for.
    """

    first_token_s: float
    idle_s: float
    total_s: float
    later_s: float


@dataclass(frozen=True, slots=True)
class _Opened:
    """A stream whose first token is there. Closing the stack closes it."""

    first: str | Finish
    rest: AsyncGenerator[str | Finish]
    stack: AsyncExitStack
    end_at: float


class GuardedLanguageModel:
    """Tries again only before the first token: what a reader has seen is not said twice."""

    def __init__(self, inner: LanguageModel, guard: Guard, patience: Patience) -> None:
        self.name = inner.name
        self.endpoint = inner.endpoint
        self.default_model = inner.default_model
        self.guard = guard
        self._inner = inner
        self._patience = patience

    async def stream(self, completion: Completion) -> AsyncIterator[str | Finish]:
        opened = await persistently(
            lambda: self._open(completion),
            retry_after_max_s=min(completion.patience_s, self._patience.later_s),
        )
        async with opened.stack:
            yield opened.first
            now, idle_s = asyncio.get_running_loop().time, self._patience.idle_s
            while True:
                wait_until = min(now() + idle_s, opened.end_at)
                item = await _next(opened.rest, wait_until)
                if item is None:
                    return
                yield self._counted(item) if isinstance(item, Finish) else item

    async def _open(self, completion: Completion) -> _Opened:
        """Until the first token; raise a ProviderError."""
        patience = self._patience
        async with AsyncExitStack() as stack:
            call = await stack.enter_async_context(self.guard.call())
            # From here on it is the vendor's time: before, our own line may have been long.
            now = asyncio.get_running_loop().time()
            items = cast(AsyncGenerator[str | Finish], self._inner.stream(completion))
            await stack.enter_async_context(aclosing(items))
            first = await _next(items, now + min(patience.first_token_s, patience.total_s))
            if first is None:
                raise ProviderMalformed
            await call.answered()
            rest = stack.pop_all()
        return _Opened(first, items, rest, now + patience.total_s)

    def _counted(self, finish: Finish) -> Finish:
        """With numbers that can be charged, also of a vendor that does not look at its own."""
        prompt_tokens = counted(finish.usage.prompt_tokens)
        completion_tokens = counted(finish.usage.completion_tokens)
        self.guard.observer.provider_used(
            self.name, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens
        )
        return Finish(finish.reason, Usage(prompt_tokens, completion_tokens))

    async def models(self) -> list[str]:
        return await self._inner.models()

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _next(items: AsyncGenerator[str | Finish], deadline: float) -> str | Finish | None:
    try:
        async with asyncio.timeout_at(deadline):
            return await anext(items, None)
    except TimeoutError:
        raise ProviderTimeout from None
