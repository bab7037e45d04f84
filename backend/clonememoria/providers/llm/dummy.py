"""A language model without a model: it answers with the best matching sentences of its passages."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Self

from clonememoria.core.config import Settings
from clonememoria.providers.llm.base import ChatMessage, Completion, Finish, Usage
from clonememoria.providers.llm.extractive.answer import answer
from clonememoria.providers.words import UNSPACED_RANGES

# A word with the space after it; scripts without spaces come two characters at a time.
_TOKEN = re.compile(rf"\s*(?:[{UNSPACED_RANGES}]{{1,2}}|[^\s{UNSPACED_RANGES}]+)\s*")
_TOKENS_BETWEEN_YIELDS = 16
# About 5 ms of work; more of it leaves the event loop.
_LARGE_PROMPT_CHARACTERS = 10_000
_CHARACTERS_PER_TOKEN = 4


class DummyLanguageModel:
    name = "dummy"
    endpoint = "dummy"
    default_model = "extractive"

    def __init__(self, *, delay_s: float) -> None:
        self._delay_s = delay_s

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(delay_s=settings.llm_dummy_delay_ms / 1000)

    async def stream(self, completion: Completion) -> AsyncIterator[str | Finish]:
        size = sum(len(message.content) for message in completion.messages)
        text = await _answer(completion.messages, size)
        tokens = _TOKEN.findall(text)
        spoken = tokens[: completion.max_tokens]
        for number, token in enumerate(spoken):
            if self._delay_s or number % _TOKENS_BETWEEN_YIELDS == 0:
                await asyncio.sleep(self._delay_s)
            yield token
        yield Finish(
            reason="stop" if len(spoken) == len(tokens) else "length",
            usage=Usage(size // _CHARACTERS_PER_TOKEN + 1, len(spoken)),
        )

    async def models(self) -> list[str]:
        return [self.default_model]

    async def aclose(self) -> None:
        return None


async def _answer(messages: tuple[ChatMessage, ...], size: int) -> str:
    if size > _LARGE_PROMPT_CHARACTERS:
        return await asyncio.to_thread(answer, messages)
    return answer(messages)
