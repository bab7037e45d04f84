"""What a language model must offer to answer a turn; knows no vendor and no prompt text."""

import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length", "stopped"]

# No model takes so many at once. What is more must not become what somebody is charged for.
MAX_TOKENS_COUNTED: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Completion:
    """What is asked of a model. The system prompt is the first message.

    `patience_s` bounds the wait for a vendor that says "later", where somebody else is at hand.
    """

    messages: tuple[ChatMessage, ...]
    model: str
    temperature: float
    max_tokens: int
    patience_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int = 0
    completion_tokens: int = 0


def counted(tokens: object) -> int:
    """A number of tokens as a vendor says it; 0 for what can be none."""
    if isinstance(tokens, int | float) and 0 <= tokens <= MAX_TOKENS_COUNTED:
        return int(tokens)
    return 0


@dataclass(frozen=True, slots=True)
class Finish:
    """The last item of a stream that came to its own end."""

    reason: FinishReason
    usage: Usage


class LanguageModel(Protocol):
    """`endpoint` is what fails and heals together, as `guard.endpoint_id` makes it."""

    name: str
    endpoint: str
    default_model: str

    def stream(self, completion: Completion) -> AsyncIterator[str | Finish]:
        """Yield non-empty tokens of text, then exactly one Finish; raise a ProviderError.

        A stream that the vendor cuts off without a finish reason raises ProviderMalformed
        after the tokens that arrived. Closing the iterator closes the connection.
        """
        ...

    async def models(self) -> list[str]:
        """Model names to offer in a form, the default first; raise a ProviderError."""
        ...

    async def aclose(self) -> None: ...
