"""What a language model's vendor does when its server misbehaves: the right error, in time."""

import asyncio
import traceback
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

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
from tests.fakes import openai_server
from tests.fakes.api_server import FakeServer, gzip_bomb


@pytest.fixture(params=["openai", "anthropic"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def llm(providers: Providers, name: str) -> LanguageModel:
    return providers.llm(name)


@pytest.fixture
def upstream(upstreams: dict[str, FakeServer], name: str) -> FakeServer:
    return upstreams[name]


BEFORE_ANY_TOKEN = [
    ("401", ProviderUnauthorized),
    ("403", ProviderUnauthorized),
    ("400", ProviderRejected),
    ("404", ProviderRejected),
    ("413", ProviderRejected),
    ("307", ProviderRejected),
    ("429:0", ProviderRateLimited),
    ("429:no", ProviderRateLimited),
    ("500", ProviderDown),
    ("503", ProviderDown),
    ("529", ProviderDown),
    ("refuse", ProviderDown),
    ("hang", ProviderTimeout),
    ("slow:2000", ProviderTimeout),
    ("notjson", ProviderMalformed),
    ("gzip", ProviderMalformed),
    ("empty", ProviderMalformed),
    ("huge:0", ProviderMalformed),
]


@pytest.mark.parametrize(("fault", "expected"), BEFORE_ANY_TOKEN)
async def test_a_failed_request_ends_in_its_error(
    llm: LanguageModel, upstream: FakeServer, fault: str, expected: type[ProviderError]
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
    ("huge:5", ProviderMalformed),
]


@pytest.mark.parametrize(("fault", "expected"), AFTER_SOME_TOKENS)
async def test_an_answer_that_breaks_off_keeps_its_tokens_and_never_finishes(
    llm: LanguageModel, upstream: FakeServer, fault: str, expected: type[ProviderError]
) -> None:
    upstream.state.plan_faults([fault])

    heard = await listen(llm, model="fake-n20-gap2")

    assert type(heard.error) is expected
    assert len(heard.tokens) == 5
    assert heard.finish is None


async def test_an_answer_without_finish_reason_is_not_complete(
    llm: LanguageModel, upstream: FakeServer
) -> None:
    upstream.state.plan_faults(["nofinish"])

    heard = await listen(llm)

    assert type(heard.error) is ProviderMalformed
    assert len(heard.tokens) == 20


@pytest.mark.parametrize("fault", ["split", "crlf", "ok"])
async def test_odd_but_complete_answers_are_read_whole(
    llm: LanguageModel, upstream: FakeServer, fault: str
) -> None:
    upstream.state.plan_faults([fault, "ok"])

    odd, plain = await listen(llm, model="fake-n60"), await listen(llm, model="fake-n60")

    assert odd.error is None
    assert odd.text == plain.text
    assert "日本語 🙂" in odd.text
    assert odd.finish == plain.finish


@pytest.mark.parametrize(("fault", "token"), [("surrogate:3", "a\ufffdb"), ("nul:3", "a\0b")])
async def test_what_is_no_text_is_repaired_and_the_answer_goes_on(
    llm: LanguageModel, upstream: FakeServer, fault: str, token: str
) -> None:
    upstream.state.plan_faults([fault])

    heard = await listen(llm)

    assert heard.error is None
    assert heard.tokens[3] == token
    assert len(heard.tokens) == 21
    assert heard.text.encode()


async def test_a_packed_body_is_not_unpacked(llm: LanguageModel, upstream: FakeServer) -> None:
    assert len(gzip_bomb()) < 1_000_000
    upstream.state.plan_faults(["bomb"] * MAX_ATTEMPTS)

    tracemalloc.start()
    heard = await listen(llm)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert type(heard.error) is ProviderMalformed
    assert upstream.state.counts["faults"] == MAX_ATTEMPTS
    assert peak_bytes < 50_000_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(
    llm: LanguageModel, upstream: FakeServer, status: int
) -> None:
    async with openai_server.running() as elsewhere:
        upstream.state.plan_faults([f"{status}:{elsewhere.base_url}/chat/completions"])

        heard = await listen(llm)

    assert type(heard.error) is ProviderRejected
    assert elsewhere.state.counts["connections"] == 0


async def test_the_wait_that_the_vendor_asks_for_is_told(
    llm: LanguageModel, upstream: FakeServer
) -> None:
    upstream.state.plan_faults(["429:31"])

    heard = await listen(llm)

    assert isinstance(heard.error, ProviderRateLimited)
    assert heard.error.retry_after_s == 31


async def test_without_a_wait_it_is_tried_again_anyway(
    llm: LanguageModel, upstream: FakeServer
) -> None:
    upstream.state.plan_faults(["429:no"])

    heard = await listen(llm)

    assert heard.error is None
    assert upstream.state.counts[upstream.state.main_path] == 2


@pytest.mark.parametrize("fault", ["401", "500", "429:31", "errevent:3"])
async def test_nothing_that_the_vendor_wrote_is_in_the_error_or_its_traceback(
    llm: LanguageModel, upstream: FakeServer, fault: str
) -> None:
    upstream.state.plan_faults([fault] * MAX_ATTEMPTS)

    error = (await listen(llm)).error

    assert error is not None
    assert "canary" not in "".join(traceback.format_exception(error))


async def test_a_request_is_tried_three_times_at_most(
    llm: LanguageModel, upstream: FakeServer
) -> None:
    upstream.state.plan_faults(["500"] * 5)

    await listen(llm)

    assert upstream.state.counts[upstream.state.main_path] == MAX_ATTEMPTS


async def test_a_vendor_that_recovers_meanwhile_is_not_noticed(
    llm: LanguageModel, upstream: FakeServer
) -> None:
    upstream.state.plan_faults(["500", "429:0"])

    heard = await listen(llm)

    assert heard.error is None
    assert len(heard.tokens) == 20


async def test_the_first_token_must_come_in_time(llm: LanguageModel) -> None:
    heard = await listen(llm, model="fake-n5-ttft2000")

    assert type(heard.error) is ProviderTimeout


async def test_the_whole_answer_must_end_in_time(settings: Settings, name: str) -> None:
    providers = Providers(settings.model_copy(update={"llm_total_timeout_s": 0.5}))

    heard = await listen(providers.llm(name), model="fake-n1000-gap10", max_tokens=1000)
    await providers.aclose()

    assert type(heard.error) is ProviderTimeout
    assert len(heard.tokens) > 10


async def test_leaving_the_stream_closes_the_connection_at_once(
    llm: LanguageModel, upstream: FakeServer
) -> None:
    items = llm.stream(completion("tea?", model="fake-n1000-gap10"))
    async with aclosing(cast(AsyncGenerator[str | Finish], items)) as stream:
        await anext(stream)
        assert upstream.state.streams.open == 1

    await asyncio.sleep(0.2)

    assert upstream.state.streams.open == 0
    assert upstream.state.counts["client_gone"] == 1


async def test_cancelling_the_task_closes_the_connection_at_once(
    llm: LanguageModel, upstream: FakeServer
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
    llm: LanguageModel, upstream: FakeServer
) -> None:
    for _ in range(3):
        await listen(llm)

    assert upstream.state.counts["connections"] <= 1


async def test_nothing_packed_is_asked_for(llm: LanguageModel, upstream: FakeServer) -> None:
    await listen(llm)

    assert upstream.state.recent[-1]["accept_encoding"] == "identity"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("500", ProviderDown),
        ("notjson", ProviderMalformed),
        ("gzip", ProviderMalformed),
        ("307", ProviderRejected),
    ],
)
async def test_a_list_of_models_that_cannot_be_had_is_an_error(
    llm: LanguageModel, upstream: FakeServer, fault: str, expected: type[ProviderError]
) -> None:
    upstream.state.plan_faults([fault], path="/v1/models")

    with pytest.raises(expected):
        await llm.models()
