"""What the OpenAI vendors share: a client without surprises, and its failures in our words."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import openai
from openai import AsyncOpenAI, DefaultAioHttpClient
from pydantic import SecretStr

from clonememoria.core.errors import (
    ProviderDown,
    ProviderError,
    ProviderMalformed,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnauthorized,
)

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_TIMEOUT_S = 10.0
LIST_TIMEOUT_S = 3.0

# Ollama and vLLM want no key, the SDK insists on one.
NO_KEY = "unused"

MAX_ERROR_BYTES = 16_384
MAX_BODY_BYTES = 64 * 1024 * 1024

# By the vendor's error code: what a person can do about it.
_ADVICE = {
    "context_length_exceeded": "The conversation and its passages are too long for this model",
    "insufficient_quota": "The provider's account has no credit left; check its billing",
    "model_not_found": "The provider does not have this model; choose another one",
}

# At DEBUG the SDK writes whole requests, prompts included, into the log.
logging.getLogger("openai").setLevel(logging.INFO)


def openai_client(*, base_url: str | None, api_key: str | None, timeout_s: float) -> AsyncOpenAI:
    """One try per request, no redirects followed, nothing unpacked, bodies of bounded size."""
    timeout = httpx2.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S, pool=CONNECT_TIMEOUT_S)
    return AsyncOpenAI(
        base_url=base_url or OPENAI_URL,
        api_key=api_key or NO_KEY,
        max_retries=0,
        timeout=timeout,
        default_headers={"Accept-Encoding": "identity"},
        # Half the CPU of httpx's own transport for each streamed token: 33 against 75 µs.
        http_client=DefaultAioHttpClient(
            follow_redirects=False, timeout=timeout, event_hooks={"response": [_bound]}
        ),
    )


def first_secret(*secrets: SecretStr | None) -> str | None:
    return next((secret.get_secret_value() for secret in secrets if secret), None)


def sendable(text: str) -> str:
    """Half of a surrogate pair cannot be sent as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Beginning(httpx2.AsyncByteStream):
    """Ends after `max_bytes`: what is cut off there fails where it is decoded."""

    def __init__(self, whole: httpx2.AsyncByteStream, *, max_bytes: int) -> None:
        self._whole = whole
        self._left = max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._whole:
            yield chunk[: self._left]
            self._left -= len(chunk)
            if self._left <= 0:
                return

    async def aclose(self) -> None:
        await self._whole.aclose()


async def _bound(response: httpx2.Response) -> None:
    # A packed body may unpack to any size, and nobody asked for one.
    if response.headers.get("content-encoding", "identity") != "identity":
        await response.aclose()
        raise ProviderMalformed
    max_bytes = MAX_ERROR_BYTES if response.is_error else MAX_BODY_BYTES
    is_events = response.headers.get("content-type", "").startswith("text/event-stream")
    if isinstance(response.stream, httpx2.AsyncByteStream) and not is_events:
        response.stream = _Beginning(response.stream, max_bytes=max_bytes)


@contextmanager
def our_errors() -> Iterator[None]:
    """Turns what the SDK and its transport raise into ProviderErrors.

    The vendor's error is dropped, not chained: its text may quote a key or a prompt, and a chained
    one would be written into the log with the traceback.
    """
    try:
        yield
    except (openai.APITimeoutError, httpx2.TimeoutException) as error:
        raise (ProviderTimeout if _ran_out_of_time(error) else ProviderDown) from None
    except openai.APIStatusError as error:
        raise _of_status(error) from None
    except (openai.APIConnectionError, httpx2.TransportError):
        raise ProviderDown from None
    except (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError):
        raise ProviderMalformed from None


def _ran_out_of_time(error: BaseException) -> bool:
    """The aiohttp adapter also calls a connection that the server closed a timeout."""
    while error.__cause__:
        error = error.__cause__
    return isinstance(error, TimeoutError | httpx2.TimeoutException)


def _of_status(error: openai.APIStatusError) -> ProviderError:
    advice = _ADVICE.get(str(error.code))
    if error.status_code in {401, 403}:
        return ProviderUnauthorized()
    if error.status_code == 429 and error.code != "insufficient_quota":
        return ProviderRateLimited(retry_after_s=_retry_after_s(error.response.headers))
    if error.status_code == 408 or error.status_code >= 500:
        return ProviderDown(retry_after_s=_retry_after_s(error.response.headers))
    if error.status_code == 404:
        return ProviderRejected(_ADVICE["model_not_found"])
    return ProviderRejected(advice)


def error_of_code(code: str) -> ProviderError:
    """For an error that comes as an event inside an answer with status 200."""
    if code in _ADVICE:
        return ProviderRejected(_ADVICE[code])
    return ProviderRateLimited() if code in {"429", "rate_limit_exceeded"} else ProviderDown()


def _retry_after_s(headers: httpx2.Headers) -> float | None:
    """Seconds or a date, as RFC 9110 allows; None where there is neither."""
    value = headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


async def model_names(client: AsyncOpenAI) -> list[str]:
    """What the server lists, sorted; raise a ProviderError."""
    with our_errors():
        page = await client.models.list(timeout=LIST_TIMEOUT_S)
        return sorted(model.id for model in page.data)
