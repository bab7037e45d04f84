"""Anthropic's Messages API, streamed, and every server that speaks it."""

import logging
import re
from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from typing import Final, Self, cast

import anthropic
from anthropic import AsyncAnthropic, AsyncStream, DefaultAioHttpClient, omit
from anthropic._response import AsyncAPIResponse, AsyncResponseContextManager
from anthropic.types import MessageParam, RawMessageStreamEvent

from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderError
from clonememoria.providers.guard import endpoint_id
from clonememoria.providers.http import (
    LIST_TIMEOUT_S,
    NO_CREDIT,
    NO_KEY,
    TOO_LONG,
    SdkErrors,
    bounded_client,
    error_of_status,
    first_secret,
    listed_models,
    patience,
    sendable,
)
from clonememoria.providers.llm.anthropic_stream import MessageReader
from clonememoria.providers.llm.base import ChatMessage, Completion, Finish
from clonememoria.providers.llm.sse import read_tail

ANTHROPIC_URL: Final = "https://api.anthropic.com"
_MODELS_LISTED: Final = 100

# These think before they speak and do it at length unless told otherwise, while a reader waits
# and out of the same max_tokens; older models refuse the setting.
# platform.claude.com/docs/en/build-with-claude/effort
_THINKS: Final = re.compile(r"claude-[a-z]+-[5-9]\b")

_SPENT: Final = frozenset({"contract_spend_limit_reached", "enforced_spend_limit_reached"})

# The API has no code for these. Where it words them otherwise, only the advice is missing.
_TOO_LONG: Final = re.compile(r"(?i)prompt is too long|exceed context limit|input is too long")
_NO_CREDIT: Final = re.compile(r"(?i)credit balance is too low")

# At DEBUG the SDK writes whole requests, prompts included, into the log.
logging.getLogger("anthropic").setLevel(logging.INFO)


class AnthropicLanguageModel:
    """Sends no temperature: since version 2026-10-21 the API refuses it for every model."""

    name = "anthropic"

    def __init__(
        self, *, base_url: str | None, api_key: str | None, model: str, timeout_s: float
    ) -> None:
        self.endpoint = endpoint_id(self.name, url=base_url, key=api_key)
        self.default_model = model
        self._client = AsyncAnthropic(
            # Both are always given: else the SDK looks for its own in the environment and at home.
            base_url=base_url or ANTHROPIC_URL,
            api_key=api_key or NO_KEY,
            max_retries=0,
            timeout=patience(timeout_s),
            open_telemetry=False,
            http_client=bounded_client(DefaultAioHttpClient, timeout_s=timeout_s),
        )

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            base_url=settings.llm_anthropic_base_url,
            api_key=first_secret(settings.llm_anthropic_api_key),
            model=settings.llm_anthropic_model,
            timeout_s=settings.llm_total_timeout_s,
        )

    async def stream(self, completion: Completion) -> AsyncIterator[str | Finish]:
        reader = MessageReader()
        with _ERRORS.as_ours():
            async with _request(self._client, completion) as response:
                chunks = response.http_response.aiter_raw()
                async for chunk in chunks:
                    for token in reader.feed(chunk):
                        yield token
                    if reader.is_done:
                        await read_tail(chunks)
        yield reader.finish()

    async def models(self) -> list[str]:
        listing = self._client.models.with_streaming_response
        with _ERRORS.as_ours():
            async with listing.list(limit=_MODELS_LISTED, timeout=LIST_TIMEOUT_S) as response:
                names = listed_models(await response.read())
        # As they come: the newest first.
        return [self.default_model, *(name for name in names if name != self.default_model)]

    async def aclose(self) -> None:
        await self._client.close()


def _request(
    client: AsyncAnthropic, completion: Completion
) -> AsyncResponseContextManager[AsyncAPIResponse[AsyncStream[RawMessageStreamEvent]]]:
    return client.messages.with_streaming_response.create(
        model=completion.model,
        system=_system_of(completion.messages) or omit,
        messages=_turns_of(completion.messages),
        max_tokens=completion.max_tokens,
        output_config={"effort": "low"} if _THINKS.search(completion.model) else omit,
        stream=True,
    )


def _system_of(messages: Sequence[ChatMessage]) -> str:
    return sendable("\n\n".join(m.content for m in messages if m.role == "system"))


def _turns_of(messages: Sequence[ChatMessage]) -> list[MessageParam]:
    """The API refuses blank messages, and servers that speak it also two turns of one role."""
    said = (m for m in messages if m.role != "system" and m.content.strip())
    turns = [
        {"role": role, "content": sendable("\n\n".join(message.content for message in turn))}
        for role, turn in groupby(said, key=lambda message: message.role)
    ]
    return cast(list[MessageParam], turns)


def _of_status(error: anthropic.APIStatusError) -> ProviderError:
    return error_of_status(
        error.status_code, headers=error.response.headers, advice=_advice_of(error)
    )


def _advice_of(error: anthropic.APIStatusError) -> str | None:
    if error.error_code in _SPENT:
        return NO_CREDIT
    said = error.api_message if isinstance(error.api_message, str) else ""
    if _TOO_LONG.search(said):
        return TOO_LONG
    return NO_CREDIT if _NO_CREDIT.search(said) else None


_ERRORS: Final = SdkErrors(
    timeout=anthropic.APITimeoutError,
    status=anthropic.APIStatusError,
    connection=anthropic.APIConnectionError,
    any=anthropic.AnthropicError,
    of_status=_of_status,
)
