"""A language model that cannot hang, hammer or fail unnoticed; wraps any vendor's."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import Final, cast

from clonememoria.core.errors import ProviderMalformed, ProviderTimeout
from clonememoria.providers.guard import Guard, persistently
from clonememoria.providers.llm.base import Completion, Finish, LanguageModel, Usage, counted

# In characters: 30 for each token of the largest `max_tokens`. Who says more was not asked for it,
# and would fill the memory; the event of a short token costs as much as this many.
MAX_ANSWER: Final = 1_000_000
MIN_TOKEN: Final = 8
MAX_BLANKS: Final = 1_000
# Neither space nor what no reader gets.
SOMETHING: Final = re.compile(r"[^\s\x00-\x1f\x7f\ud800-\udfff]")


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

    first: str
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
            token, left = opened.first, MAX_ANSWER
            now, idle_s = asyncio.get_running_loop().time, self._patience.idle_s
            while True:
                left -= max(len(token), MIN_TOKEN)
                if left < 0:
                    raise ProviderMalformed
                yield token
                item = await _next(opened.rest, min(now() + idle_s, opened.end_at))
                if isinstance(item, Finish):
                    break
                token = item
            yield self._counted(item)

    async def _open(self, completion: Completion) -> _Opened:
        """Until the first token; raise a ProviderError."""
        patience = self._patience
        async with AsyncExitStack() as stack:
            call = await stack.enter_async_context(self.guard.call(in_line_s=completion.patience_s))
            # From here on it is the vendor's time: before, our own line may have been long.
            now = asyncio.get_running_loop().time()
            items = cast(AsyncGenerator[str | Finish], self._inner.stream(completion))
            await stack.enter_async_context(aclosing(items))
            first = await _beginning(items, now + min(patience.first_token_s, patience.total_s))
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


async def _beginning(items: AsyncGenerator[str | Finish], deadline: float) -> str:
    """The first token that says something, with the blanks before it: they alone are no answer."""
    said = ""
    while not SOMETHING.search(said):
        item = await _next(items, deadline)
        if isinstance(item, Finish) or len(said) > MAX_BLANKS:
            raise ProviderMalformed
        said += item
    return said


async def _next(items: AsyncGenerator[str | Finish], deadline: float) -> str | Finish:
    try:
        async with asyncio.timeout_at(deadline):
            return await anext(items)
    except TimeoutError:
        raise ProviderTimeout from None
    except StopAsyncIteration:
        raise ProviderMalformed from None
