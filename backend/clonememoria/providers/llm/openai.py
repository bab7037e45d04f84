"""OpenAI's chat completions, and every server that speaks them: Ollama, vLLM, OpenRouter, Groq."""

import re
from collections.abc import AsyncIterator
from typing import Self, cast

from openai import AsyncOpenAI, AsyncStream, omit
from openai._response import AsyncAPIResponse, AsyncResponseContextManager
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from clonememoria.core.config import Settings
from clonememoria.providers.guard import endpoint_id
from clonememoria.providers.http import first_secret, sendable
from clonememoria.providers.llm.base import Completion, Finish
from clonememoria.providers.llm.openai_stream import CompletionReader
from clonememoria.providers.llm.sse import read_tail
from clonememoria.providers.openai_api import model_names, openai_client, our_errors

# OpenAI's newer models refuse `max_tokens`, and these any temperature but their own; compatible
# servers often know `max_tokens` alone. developers.openai.com/api/reference/resources/chat
_OPENAI_HOST = "api.openai.com"
_FIXED_TEMPERATURE = re.compile(r"o\d|gpt-5(?!.*chat)")

_NOT_FOR_CHAT = re.compile(
    r"embed|tts|whisper|transcribe|dall-e|image|audio|realtime|moderation|sora|davinci|babbage"
)


class OpenAILanguageModel:
    name = "openai"

    def __init__(
        self, *, base_url: str | None, api_key: str | None, model: str, timeout_s: float
    ) -> None:
        self.endpoint = endpoint_id(self.name, url=base_url, key=api_key)
        self.default_model = model
        self._client = openai_client(base_url=base_url, api_key=api_key, timeout_s=timeout_s)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            base_url=settings.llm_openai_base_url,
            api_key=first_secret(settings.llm_openai_api_key, settings.openai_api_key),
            model=settings.llm_openai_model,
            timeout_s=settings.llm_total_timeout_s,
        )

    async def stream(self, completion: Completion) -> AsyncIterator[str | Finish]:
        reader = CompletionReader()
        with our_errors():
            async with _request(self._client, completion) as response:
                chunks = response.http_response.aiter_raw()
                async for chunk in chunks:
                    for token in reader.feed(chunk):
                        yield token
                    if reader.is_done:
                        await read_tail(chunks)
        yield reader.finish()

    async def models(self) -> list[str]:
        names = [n for n in await model_names(self._client) if not _NOT_FOR_CHAT.search(n)]
        return [self.default_model, *(n for n in names if n != self.default_model)]

    async def aclose(self) -> None:
        await self._client.close()


def _request(
    client: AsyncOpenAI, completion: Completion
) -> AsyncResponseContextManager[AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]]:
    is_openai = client.base_url.host == _OPENAI_HOST
    has_fixed_temperature = is_openai and _FIXED_TEMPERATURE.match(completion.model)
    messages = [{"role": m.role, "content": sendable(m.content)} for m in completion.messages]
    return client.chat.completions.with_streaming_response.create(
        model=completion.model,
        messages=cast(list[ChatCompletionMessageParam], messages),
        temperature=omit if has_fixed_temperature else completion.temperature,
        max_completion_tokens=completion.max_tokens if is_openai else omit,
        max_tokens=omit if is_openai else completion.max_tokens,
        stream=True,
        stream_options={"include_usage": True},
    )
