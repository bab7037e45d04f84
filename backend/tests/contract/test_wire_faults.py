"""Answers that are wrong below every API: half of them, packed, or no HTTP at all."""

import gzip
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from clonememoria.core.config import Settings
from clonememoria.core.errors import (
    ProviderDown,
    ProviderError,
    ProviderMalformed,
    ProviderRateLimited,
    ProviderRejected,
    ProviderUnauthorized,
)
from clonememoria.core.resilience import LocalCircuits, LocalSlots
from clonememoria.providers import http as http_module
from clonememoria.providers.catalog import Providers
from clonememoria.providers.guard import MAX_ATTEMPTS, Protection, Unobserved
from clonememoria.providers.http import MAX_RETRY_AFTER_S
from tests.contract.talk import listen
from tests.fakes.raw_server import RawServer, http

Ask = Callable[[], Awaitable[ProviderError]]
CANARY = b"sk-canary"


@pytest.fixture
def circuits() -> LocalCircuits:
    return LocalCircuits(open_s=30)


@pytest.fixture
async def providers(raw: RawServer, circuits: LocalCircuits) -> AsyncIterator[Providers]:
    settings = Settings(
        _env_file=None,
        llm_openai_base_url=raw.url,
        llm_anthropic_base_url=raw.url,
        embeddings_openai_base_url=raw.url,
        tts_api_base_url=raw.url,
        llm_first_token_timeout_s=4,
    )
    providers = Providers(settings, Protection(circuits, LocalSlots(), Unobserved()))
    yield providers
    await providers.aclose()


async def _llm_error(providers: Providers, name: str) -> ProviderError:
    error = (await listen(providers.llm(name))).error
    assert error
    return error


async def _tts_error(providers: Providers, name: str) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        await providers.tts(name).synthesize("tea", voice="alloy")
    return raised.value


async def _embedding_error(providers: Providers, name: str) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        await providers.embeddings(name).embed(["tea"], model="fake-embed")
    return raised.value


_ASKING = {
    "llm openai": _llm_error,
    "llm anthropic": _llm_error,
    "embeddings openai": _embedding_error,
    "tts openai": _tts_error,
    "tts external": _tts_error,
}


@pytest.fixture(params=_ASKING)
def error(request: pytest.FixtureRequest, providers: Providers) -> Ask:
    """Asks one vendor for an answer that does not come."""
    which = str(request.param)
    return lambda: _ASKING[which](providers, which.split()[1])


def failures(circuits: LocalCircuits) -> int:
    outcomes = (circuit.outcomes for circuit in circuits._circuits.values())
    return sum(failed for some in outcomes for _, failed in some)


HALF = b'{"error": {"message": "' + CANARY
PACKED = gzip.compress(HALF)


def cut(status: int) -> bytes:
    return http(status, HALF, length=1000)


def packed(status: int) -> bytes:
    return http(status, PACKED, "content-encoding: gzip")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (cut(401), ProviderUnauthorized),
        (cut(422), ProviderRejected),
        (packed(401), ProviderUnauthorized),
        (packed(307), ProviderRejected),
    ],
    ids=["cut 401", "cut 422", "packed 401", "packed 307"],
)
async def test_a_refusal_is_one_whatever_becomes_of_its_text(
    *,
    error: Ask,
    raw: RawServer,
    circuits: LocalCircuits,
    answer: bytes,
    expected: type[ProviderError],
) -> None:
    raw.answers = [answer]

    assert type(await error()) is expected

    assert (raw.requests, failures(circuits)) == (1, 0)


async def test_nobody_waits_long_for_why_a_request_was_refused(
    providers: Providers, raw: RawServer, circuits: LocalCircuits
) -> None:
    raw.answers, raw.hangs = [cut(403)], True

    assert type(await _llm_error(providers, "openai")) is ProviderUnauthorized

    assert (raw.requests, failures(circuits)) == (1, 0)


@pytest.mark.parametrize("status", [408, 425, 429])
async def test_who_says_later_is_asked_again_and_is_no_failure(
    error: Ask, raw: RawServer, circuits: LocalCircuits, status: int
) -> None:
    raw.answers = [http(status, HALF, "retry-after: 0")]

    assert type(await error()) is ProviderRateLimited

    assert (raw.requests, failures(circuits)) == (MAX_ATTEMPTS, 0)


@pytest.mark.parametrize("retry_after", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_nobody_waits_until_the_end_of_the_world(
    error: Ask, raw: RawServer, retry_after: str
) -> None:
    raw.answers = [http(429, b"{}", f"retry-after: {retry_after}")]

    assert (await error()).retry_after_s == MAX_RETRY_AFTER_S
    assert raw.requests == 1


@pytest.mark.parametrize("retry_after", ["-5", "soon", "Fri, 31 Dec 2027 23:59:59 +9" + "9" * 20])
async def test_a_wait_that_makes_no_sense_is_none(
    providers: Providers, raw: RawServer, retry_after: str
) -> None:
    raw.answers = [http(429, HALF, f"retry-after: {retry_after}")]

    limited = await _llm_error(providers, "openai")

    assert type(limited) is ProviderRateLimited
    assert limited.retry_after_s is None
    assert raw.requests == MAX_ATTEMPTS


async def test_a_body_is_bounded_whatever_it_is_called(
    providers: Providers, raw: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = b'{"data": [{"index": 0, "embedding": [1]}]}'
    raw.answers = [http(200, b" " * 1000 + vector, "content-type: text/event-stream")]

    assert len(await providers.embeddings("openai").embed(["tea"], model="fake-embed")) == 1
    monkeypatch.setattr(http_module, "MAX_BODY_BYTES", 1000)
    assert type(await _embedding_error(providers, "openai")) is ProviderMalformed


NO_HTTP = [
    b"ICY 200 " + CANARY + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nx: " + CANARY * 200_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"x: sk-canary\r\n" * 50_000 + b"\r\n",
]


@pytest.mark.parametrize("answer", NO_HTTP, ids=lambda answer: answer[:30].decode())
async def test_what_is_no_http_is_a_failure_like_any_other(
    providers: Providers, raw: RawServer, circuits: LocalCircuits, answer: bytes
) -> None:
    raw.answers = [answer]

    failed = await _llm_error(providers, "anthropic")

    assert type(failed) in {ProviderDown, ProviderMalformed}
    assert failures(circuits) == raw.requests == MAX_ATTEMPTS
    assert CANARY.decode() not in "".join(traceback.format_exception(failed))
