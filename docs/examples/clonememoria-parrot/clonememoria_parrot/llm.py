"""A language model that repeats the question, word by word."""

from collections.abc import AsyncIterator
from typing import Self

from clonememoria.core.config import Settings
from clonememoria.providers.llm.base import Completion, Finish, Usage


class ParrotLanguageModel:
    name = "parrot"
    # What fails and heals together; a vendor on the network puts its address and key in here.
    endpoint = "parrot"
    default_model = "grey"

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:  # noqa: ARG003 - it needs none of them
        return cls()

    async def stream(self, completion: Completion) -> AsyncIterator[str | Finish]:
        asked = sum(len(message.content.split()) for message in completion.messages)
        words = completion.messages[-1].content.split()[: completion.max_tokens]
        for word in words:
            yield f"{word} "
        yield Finish("stop", Usage(prompt_tokens=asked, completion_tokens=len(words)))

    async def models(self) -> list[str]:
        return [self.default_model]

    async def aclose(self) -> None:
        return None
