"""Answers that come, and are no answers: blanks, floods, and ends that are missing or doubtful."""

import time
from collections.abc import AsyncIterator, Sequence

import httpx2
import pytest

from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderMalformed, ProviderTimeout
from clonememoria.core.resilience import LocalCircuits, LocalSlots
from clonememoria.providers.catalog import Providers
from clonememoria.providers.guard import MAX_ATTEMPTS, Guard, Protection, Unobserved
from clonememoria.providers.http import patience
from clonememoria.providers.llm.base import Completion, Finish, Usage
from clonememoria.providers.llm.guarded import (
    MAX_ANSWER,
    MIN_TOKEN,
    GuardedLanguageModel,
    Patience,
)
from tests.contract.talk import listen
from tests.fakes.raw_server import RawServer

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
END = Finish("stop", Usage(1, 1))


class Parrot:
    """A vendor of another package, that says what it was told to."""

    name = endpoint = default_model = "parrot"

    def __init__(self, said: Sequence[str | Finish]) -> None:
        self._said = said

    async def stream(self, _completion: Completion) -> AsyncIterator[str | Finish]:
        for item in self._said:
            yield item

    async def models(self) -> list[str]:
        return [self.default_model]

    async def aclose(self) -> None:
        return None


def guarded(circuits: LocalCircuits, *said: str | Finish) -> GuardedLanguageModel:
    parrot = Parrot(said)
    protection = Protection(circuits, LocalSlots(), Unobserved())
    guard = Guard(protection, kind="llm", provider="parrot", endpoint="parrot", max_calls=9)
    return GuardedLanguageModel(
        parrot, guard, Patience(first_token_s=5, idle_s=5, total_s=5, later_s=0)
    )


def failures(circuits: LocalCircuits) -> int:
    outcomes = (circuit.outcomes for circuit in circuits._circuits.values())
    return sum(failed for some in outcomes for _, failed in some)


@pytest.fixture
def circuits() -> LocalCircuits:
    return LocalCircuits(open_s=30)


async def test_blanks_come_with_the_first_word(circuits: LocalCircuits) -> None:
    heard = await listen(guarded(circuits, "\n", " ", "\0", "Tea", " ", "time", END))

    assert heard.tokens == ["\n \0Tea", " ", "time"]
    assert heard.finish == END


@pytest.mark.parametrize("said", [[" ", "\n", END], ["\0", END], [" "] * 2000, [END], []])
async def test_an_answer_without_a_word_is_none(
    circuits: LocalCircuits, said: list[str | Finish]
) -> None:
    heard = await listen(guarded(circuits, *said))

    assert type(heard.error) is ProviderMalformed
    assert heard.tokens == []
    assert failures(circuits) == MAX_ATTEMPTS


@pytest.mark.parametrize("token", ["x" * 100_000, "x"])
async def test_an_answer_that_never_ends_is_cut_off(circuits: LocalCircuits, token: str) -> None:
    heard = await listen(guarded(circuits, *[token] * 200_000))

    assert type(heard.error) is ProviderMalformed
    assert len(heard.tokens) == MAX_ANSWER // max(len(token), MIN_TOKEN)
    assert failures(circuits) == 1


async def test_an_answer_without_an_end_is_a_failure(circuits: LocalCircuits) -> None:
    heard = await listen(guarded(circuits, "Tea", " is"))

    assert type(heard.error) is ProviderMalformed
    assert heard.tokens == ["Tea", " is"]
    assert failures(circuits) == 1


async def test_a_count_below_nothing_is_nothing(circuits: LocalCircuits) -> None:
    heard = await listen(guarded(circuits, "Tea", Finish("length", Usage(-5, 10**30))))

    assert heard.finish == Finish("length", Usage(0, 0))


@pytest.fixture
async def providers(raw: RawServer) -> AsyncIterator[Providers]:
    settings = Settings(
        _env_file=None,
        llm_openai_base_url=raw.url,
        llm_anthropic_base_url=raw.url,
        llm_first_token_timeout_s=0.5,
        llm_idle_timeout_s=0.5,
    )
    providers = Providers(settings)
    yield providers
    await providers.aclose()


def chunk(events: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(events), events)


WHOLE = {
    "openai": b'data: {"choices":[{"delta":{"content":"tea"},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n",
    "anthropic": b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"tea"}}'
    b'\n\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n'
    b'data: {"type":"message_stop"}\n\n',
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("hangs", [False, True])
async def test_an_answer_is_whole_where_only_the_end_of_its_body_is_missing(
    providers: Providers, raw: RawServer, name: str, *, hangs: bool
) -> None:
    raw.answers, raw.hangs = [HEAD + chunk(WHOLE[name])], hangs

    heard = await listen(providers.llm(name))

    assert (heard.tokens, heard.error) == (["tea"], None)
    assert heard.finish
    assert heard.finish.reason == "stop"


def test_no_clock_runs_out_while_a_connection_waits_for_its_next_use() -> None:
    kept_s = httpx2.Limits().keepalive_expiry

    assert kept_s
    assert (patience(0.5).read or 0) > kept_s


async def test_keeping_alive_is_not_answering(providers: Providers, raw: RawServer) -> None:
    raw.answers, raw.hangs = [HEAD + chunk(b": keep-alive\n\n" * 1000)], True

    started = time.perf_counter()
    heard = await listen(providers.llm("openai"))

    assert type(heard.error) is ProviderTimeout
    assert time.perf_counter() - started < 5
