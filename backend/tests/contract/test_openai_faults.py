"""What OpenAI's vendors do when the server misbehaves: the right error, in time, in our words."""

import asyncio
import traceback
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import httpx2
import pytest

from clonememoria.core.config import Settings
from clonememoria.core.errors import (
    ProviderDown,
    ProviderError,
    ProviderMalformed,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnauthorized,
)
from clonememoria.providers.catalog import Providers
from clonememoria.providers.guard import MAX_ATTEMPTS
from clonememoria.providers.llm.base import Finish, LanguageModel
from tests.contract.talk import completion, listen
from tests.fakes.openai_server import FakeOpenAI

EMBEDDINGS, SPEECH = "/v1/embeddings", "/v1/audio/speech"


@pytest.fixture
def llm(providers: Providers) -> LanguageModel:
    return providers.llm("openai")


BEFORE_ANY_TOKEN = [
    ("401", ProviderUnauthorized),
    ("403", ProviderUnauthorized),
    ("400", ProviderRejected),
    ("404", ProviderRejected),
    ("307", ProviderRejected),
    ("429", ProviderRateLimited),
    ("500", ProviderDown),
    ("503", ProviderDown),
    ("refuse", ProviderDown),
    ("hang", ProviderTimeout),
    ("slow:2000", ProviderTimeout),
    ("notjson", ProviderMalformed),
    ("gzip", ProviderMalformed),
    ("empty", ProviderMalformed),
]


@pytest.mark.parametrize(("fault", "expected"), BEFORE_ANY_TOKEN)
async def test_a_failed_request_ends_in_its_error(
    llm: LanguageModel, upstream: FakeOpenAI, fault: str, expected: type[ProviderError]
) -> None:
    upstream.state.plan_faults([fault] * MAX_ATTEMPTS)

    heard = await listen(llm)

    assert type(heard.error) is expected
    assert not heard.tokens
    assert heard.finish is None


AFTER_SOME_TOKENS = [
    ("drop:5", ProviderDown),
    ("reset:5", ProviderDown),
    ("stall:5", ProviderTimeout),
    ("malformed:5", ProviderMalformed),
    ("errevent:5", ProviderDown),
]


@pytest.mark.parametrize(("fault", "expected"), AFTER_SOME_TOKENS)
async def test_an_answer_that_breaks_off_keeps_its_tokens_and_never_finishes(
    llm: LanguageModel, upstream: FakeOpenAI, fault: str, expected: type[ProviderError]
) -> None:
    upstream.state.plan_faults([fault])

    heard = await listen(llm, model="fake-n20-gap2")

    assert type(heard.error) is expected
    assert len(heard.tokens) == 5
    assert heard.finish is None


async def test_an_answer_without_finish_reason_is_not_complete(
    llm: LanguageModel, upstream: FakeOpenAI
) -> None:
    upstream.state.plan_faults(["nofinish"])

    heard = await listen(llm)

    assert type(heard.error) is ProviderMalformed
    assert len(heard.tokens) == 20


@pytest.mark.parametrize("fault", ["nodone", "split", "crlf", "ok"])
async def test_odd_but_complete_answers_are_read_whole(
    llm: LanguageModel, upstream: FakeOpenAI, fault: str
) -> None:
    upstream.state.plan_faults([fault, "ok"])

    odd, plain = await listen(llm, model="fake-n60"), await listen(llm, model="fake-n60")

    assert odd.error is None
    assert odd.text == plain.text
    assert "日本語 🙂" in odd.text
    assert odd.finish == plain.finish


async def test_retry_after_is_told(llm: LanguageModel, upstream: FakeOpenAI) -> None:
    upstream.state.plan_faults(["429:31"])

    heard = await listen(llm)

    assert isinstance(heard.error, ProviderRateLimited)
    assert heard.error.retry_after_s == 31


@pytest.mark.parametrize("fault", ["401", "500", "errevent:3"])
async def test_nothing_that_the_vendor_wrote_is_in_the_error_or_its_traceback(
    llm: LanguageModel, upstream: FakeOpenAI, fault: str
) -> None:
    upstream.state.plan_faults([fault] * MAX_ATTEMPTS)

    error = (await listen(llm)).error

    assert error is not None
    assert "canary" not in "".join(traceback.format_exception(error))


async def test_a_request_is_tried_three_times_at_most(
    llm: LanguageModel, upstream: FakeOpenAI
) -> None:
    upstream.state.plan_faults(["500"] * 5)

    await listen(llm)

    assert upstream.state.counts["/v1/chat/completions"] == MAX_ATTEMPTS


async def test_a_vendor_that_recovers_meanwhile_is_not_noticed(
    llm: LanguageModel, upstream: FakeOpenAI
) -> None:
    upstream.state.plan_faults(["500", "429:0"])

    heard = await listen(llm)

    assert heard.error is None
    assert len(heard.tokens) == 20


async def test_the_first_token_must_come_in_time(providers: Providers) -> None:
    heard = await listen(providers.llm("openai"), model="fake-n5-ttft2000")

    assert type(heard.error) is ProviderTimeout


async def test_the_whole_answer_must_end_in_time(settings: Settings) -> None:
    providers = Providers(settings.model_copy(update={"llm_total_timeout_s": 0.5}))

    heard = await listen(providers.llm("openai"), model="fake-n1000-gap10")
    await providers.aclose()

    assert type(heard.error) is ProviderTimeout
    assert len(heard.tokens) > 10


async def test_leaving_the_stream_closes_the_connection_at_once(
    llm: LanguageModel, upstream: FakeOpenAI
) -> None:
    items = llm.stream(completion("tea?", model="fake-n1000-gap10"))
    async with aclosing(cast(AsyncGenerator[str | Finish], items)) as stream:
        await anext(stream)
        assert upstream.state.streams.open == 1

    await asyncio.sleep(0.2)

    assert upstream.state.streams.open == 0
    assert upstream.state.counts["client_gone"] == 1


async def test_cancelling_the_task_closes_the_connection_at_once(
    llm: LanguageModel, upstream: FakeOpenAI
) -> None:
    task = asyncio.create_task(listen(llm, model="fake-n1000-gap10"))
    await asyncio.sleep(0.3)
    assert upstream.state.streams.open == 1

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0.2)

    assert task.cancelled()
    assert upstream.state.streams.open == 0


async def test_one_connection_serves_answer_after_answer(
    llm: LanguageModel, upstream: FakeOpenAI
) -> None:
    for _ in range(3):
        await listen(llm)

    assert upstream.state.counts["connections"] <= 1


async def test_the_request_says_what_was_chosen_and_asks_for_usage(
    llm: LanguageModel, upstream: FakeOpenAI
) -> None:
    await listen(llm, max_tokens=11)

    sent = upstream.state.recent[-1]
    body = cast(dict[str, object], sent["body"])
    assert sent["accept_encoding"] == "identity"
    assert (body["max_tokens"], body["temperature"], body["stream"]) == (11, 0.5, True)
    assert "max_completion_tokens" not in body
    assert body["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("401", ProviderUnauthorized), ("500", ProviderDown), ("notjson", ProviderMalformed)],
)
async def test_embeddings_and_speech_fail_with_the_same_errors(
    providers: Providers, upstream: FakeOpenAI, fault: str, expected: type[ProviderError]
) -> None:
    upstream.state.plan_faults([fault] * MAX_ATTEMPTS, path=EMBEDDINGS)
    upstream.state.plan_faults([fault] * MAX_ATTEMPTS, path=SPEECH)

    with pytest.raises(expected):
        await providers.embeddings("openai").embed(["tea"], model="fake-embed")
    with pytest.raises(expected):
        await providers.tts("openai").synthesize("tea", voice="alloy")


async def test_speech_that_breaks_off_is_an_error(
    providers: Providers, upstream: FakeOpenAI
) -> None:
    upstream.state.plan_faults(["drop:2"] * MAX_ATTEMPTS, path=SPEECH)

    with pytest.raises(ProviderDown):
        await providers.tts("openai").synthesize("A long sentence about tea.", voice="alloy")


async def test_the_fake_server_answers_its_own_questions(upstream: FakeOpenAI) -> None:
    """The benchmarks steer it over HTTP."""
    root = upstream.base_url.removesuffix("/v1")
    async with httpx2.AsyncClient(base_url=root) as http:
        assert (await http.post("/_fake/config", json={"n": 3})).status_code == 200
        assert (await http.post("/_fake/config", json={"nonsense": 3})).status_code == 400
        assert (await http.get("/_fake/stats")).json()["knobs"]["n"] == 3
