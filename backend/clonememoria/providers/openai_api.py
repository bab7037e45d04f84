"""What the OpenAI vendors share: a client of the SDK, and what OpenAI's error codes mean."""

import logging
import re
from contextlib import AbstractContextManager
from typing import Final

import openai
from openai import AsyncOpenAI, DefaultAioHttpClient

from clonememoria.core.errors import ProviderError
from clonememoria.providers.http import (
    LIST_TIMEOUT_S,
    NO_CREDIT,
    NO_KEY,
    NO_MODEL,
    TOO_LONG,
    SdkErrors,
    bounded_client,
    error_of_status,
    listed_models,
    patience,
)

OPENAI_URL: Final = "https://api.openai.com/v1"

_ADVICE: Final = {
    "context_length_exceeded": TOO_LONG,
    "insufficient_quota": NO_CREDIT,
    "model_not_found": NO_MODEL,
}

# What an error that comes inside a stream would have been as a response.
_STATUS: Final = {
    "invalid_api_key": 401,
    "invalid_request_error": 400,
    "rate_limit_exceeded": 429,
} | dict.fromkeys(_ADVICE, 400)

# At DEBUG the SDK writes whole requests, prompts included, into the log.
logging.getLogger("openai").setLevel(logging.INFO)


def openai_client(*, base_url: str | None, api_key: str | None, timeout_s: float) -> AsyncOpenAI:
    """One try per request, no redirects followed, nothing unpacked, bodies of bounded size."""
    return AsyncOpenAI(
        base_url=base_url or OPENAI_URL,
        api_key=api_key or NO_KEY,
        max_retries=0,
        timeout=patience(timeout_s),
        # Half the CPU of httpx's own transport for each streamed token: 33 against 75 µs.
        http_client=bounded_client(DefaultAioHttpClient, timeout_s=timeout_s),
    )


def our_errors() -> AbstractContextManager[None]:
    return _ERRORS.as_ours()


def _of_status(error: openai.APIStatusError) -> ProviderError:
    advice = _ADVICE.get(str(error.code))
    return error_of_status(error.status_code, headers=error.response.headers, advice=advice)


_ERRORS: Final = SdkErrors(
    timeout=openai.APITimeoutError,
    status=openai.APIStatusError,
    connection=openai.APIConnectionError,
    any=openai.OpenAIError,
    of_status=_of_status,
)


def error_of_code(code: str) -> ProviderError:
    """For an error that comes as an event inside an answer with status 200.

    Its code is a status with most servers, with OpenAI one of its names.
    """
    status = _STATUS.get(code) or (int(code) if re.fullmatch(r"[45]\d\d", code) else 500)
    return error_of_status(status, advice=_ADVICE.get(code))


async def model_names(client: AsyncOpenAI) -> list[str]:
    """What the server lists, sorted; raise a ProviderError."""
    with our_errors():
        async with client.models.with_streaming_response.list(timeout=LIST_TIMEOUT_S) as response:
            return sorted(listed_models(await response.read()))
