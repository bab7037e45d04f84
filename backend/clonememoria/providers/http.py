"""What all vendors over HTTP share: a client without surprises, and its failures in our words.

Knows no vendor and no SDK.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Final, Generic, TypeVar

import aiohttp
import httpx2
import msgspec
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

CONNECT_TIMEOUT_S: Final = 10.0
LIST_TIMEOUT_S: Final = 10.0
# aiohttp's clock may go on while a connection waits for its next use, 5 s at most: a shorter one
# would run out there, and the next call end before it began.
MIN_SILENCE_S: Final = 10.0

# The text of an error is worth a short wait at most: its status has said what happened.
ERROR_TIMEOUT_S: Final = 1.0
MAX_ERROR_BYTES: Final = 16_384
MAX_BODY_BYTES: Final = 64 * 1024 * 1024

# Whoever says more than a day, or a date in a thousand years, means the same.
MAX_RETRY_AFTER_S: Final = 86_400.0
# Come again (408), come again with what was already said (425), come again later.
_LATER: Final = frozenset({408, 425, 429})

# Servers on the own machine want no key, the SDKs insist on one.
NO_KEY: Final = "unused"

# What a person can do about it.
TOO_LONG: Final = "The conversation and its passages are too long for this model"
NO_CREDIT: Final = "The provider's account has no credit left; check its billing"
NO_MODEL: Final = "The provider does not have this model; choose another one"
REFUSED: Final = "The model refuses to answer this; ask it in other words"
_ADVICE: Final = {402: NO_CREDIT, 404: NO_MODEL, 413: TOO_LONG}


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


_MODELS: Final = msgspec.json.Decoder(_Models)


StatusError = TypeVar("StatusError", bound=Exception)
T = TypeVar("T")


def first_secret(*secrets: SecretStr | None) -> str | None:
    return next((secret.get_secret_value() for secret in secrets if secret), None)


def decoded(body: bytes | str, decoder: msgspec.json.Decoder[T]) -> T:
    """Raise ProviderMalformed."""
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise ProviderMalformed from None


def listed_models(body: bytes) -> list[str]:
    """The names in a list of models, in its order; raise ProviderMalformed."""
    return [model.id for model in decoded(body, _MODELS).data]


def sendable(text: str) -> str:
    """Half of a surrogate pair cannot be sent as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def patience(timeout_s: float) -> httpx2.Timeout:
    """A last resort behind the guard's own, which are exact."""
    silence_s = max(timeout_s, MIN_SILENCE_S)
    return httpx2.Timeout(silence_s, connect=CONNECT_TIMEOUT_S, pool=CONNECT_TIMEOUT_S)


@cache
def trusted_certificates() -> ssl.SSLContext:
    """One for all clients: reading the certificates takes 50 ms of CPU each time."""
    return httpx2.create_ssl_context()


def bounded_client(kind: type[httpx2.AsyncClient], *, timeout_s: float) -> httpx2.AsyncClient:
    """Follows no redirects and unpacks nothing, and no body is longer than MAX_BODY_BYTES."""
    return kind(
        verify=trusted_certificates(),
        follow_redirects=False,
        timeout=patience(timeout_s),
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bound]},
    )


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
    is_packed = response.headers.pop("content-encoding", "identity") != "identity"
    stream = response.stream
    if not isinstance(stream, httpx2.AsyncByteStream):
        return
    if not response.is_success:
        response.stream = httpx2.ByteStream(await _text_of_error(stream, is_packed=is_packed))
    elif is_packed:
        await response.aclose()
        raise ProviderMalformed
    else:
        response.stream = _Beginning(stream, max_bytes=MAX_BODY_BYTES)


async def _text_of_error(stream: httpx2.AsyncByteStream, *, is_packed: bool) -> bytes:
    """What can be had of it: whoever refuses a request need not say why, nor to the end."""
    text = bytearray()
    with suppress(TimeoutError, httpx2.TransportError):
        async with asyncio.timeout(ERROR_TIMEOUT_S), aclosing(stream):
            async for chunk in stream:
                text += chunk[: MAX_ERROR_BYTES - len(text)]
                if is_packed or len(text) == MAX_ERROR_BYTES:
                    break
    return b"" if is_packed else bytes(text)


@dataclass(frozen=True, slots=True)
class SdkErrors(Generic[StatusError]):
    """What an SDK raises, the exact before the general; `of_status` knows the vendor's codes."""

    timeout: type[Exception]
    status: type[StatusError]
    connection: type[Exception]
    any: type[Exception]
    of_status: Callable[[StatusError], ProviderError]

    @contextmanager
    def as_ours(self) -> Iterator[None]:
        """Turns what the SDK and its transport raise into ProviderErrors.

        The vendor's error is dropped, not chained: its text may quote a key or a prompt, and a
        chained one would be written into the log with the traceback.
        """
        try:
            yield
        except (self.timeout, httpx2.TimeoutException) as error:
            raise (ProviderTimeout if _ran_out_of_time(error) else ProviderDown) from None
        except self.status as error:
            raise self.of_status(error) from None
        except (self.connection, httpx2.TransportError) as error:
            # An SDK also calls that a broken connection which `_bound` raised.
            ours = error.__cause__
            raise (ours if isinstance(ours, ProviderError) else ProviderDown) from None
        # The adapter lets pass what aiohttp says of an answer that is no HTTP.
        except (self.any, httpx2.HTTPError, httpx2.StreamError, aiohttp.ClientError):
            raise ProviderMalformed from None


def _ran_out_of_time(error: BaseException) -> bool:
    """The aiohttp adapter also calls a connection that the server closed a timeout."""
    while error.__cause__:
        error = error.__cause__
    return isinstance(error, TimeoutError | httpx2.TimeoutException)


def error_of_status(
    status: int, *, headers: Mapping[str, str] | None = None, advice: str | None = None
) -> ProviderError:
    """`advice` is what the vendor's own code says to a person; with it a wait is useless."""
    if status in {401, 403}:
        return ProviderUnauthorized()
    if status in _LATER and advice is None:
        return ProviderRateLimited(retry_after_s=retry_after_s(headers or {}))
    if status >= 500:
        return ProviderDown(retry_after_s=retry_after_s(headers or {}))
    return ProviderRejected(advice or _ADVICE.get(status))


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds or a date, as RFC 9110 allows; None where there is neither."""
    value = headers.get("retry-after", "")
    try:
        if value.isdecimal():
            wait_s = float(value)
        else:
            wait_s = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)
