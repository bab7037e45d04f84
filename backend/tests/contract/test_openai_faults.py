"""What OpenAI's vendors ask for, and how its other kinds fail."""

from typing import cast

import httpx2
import pytest

from clonememoria.core.errors import (
    ProviderDown,
    ProviderError,
    ProviderMalformed,
    ProviderUnauthorized,
)
from clonememoria.providers.catalog import Providers
from clonememoria.providers.guard import MAX_ATTEMPTS
from tests.contract.talk import listen
from tests.fakes.openai_server import FakeOpenAI

EMBEDDINGS, SPEECH = "/v1/embeddings", "/v1/audio/speech"


async def test_an_answer_without_its_last_word_is_read_whole(
    providers: Providers, upstream: FakeOpenAI
) -> None:
    upstream.state.plan_faults(["nodone"])

    heard = await listen(providers.llm("openai"))

    assert heard.error is None
    assert len(heard.tokens) == 20


async def test_the_request_says_what_was_chosen_and_asks_for_usage(
    providers: Providers, upstream: FakeOpenAI
) -> None:
    await listen(providers.llm("openai"), max_tokens=11)

    body = cast(dict[str, object], upstream.state.recent[-1]["body"])
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


async def test_a_length_behind_the_model_is_asked_of_the_vendor(
    providers: Providers, upstream: FakeOpenAI
) -> None:
    embeddings = providers.embeddings("openai")

    short = await embeddings.embed(["tea"], model="fake-embed@32")
    whole = await embeddings.embed(["tea"], model="fake-embed-dim64")

    assert (short.shape, whole.shape) == ((1, 32), (1, 64))
    bodies = [cast(dict[str, object], sent["body"]) for sent in upstream.state.recent]
    asked = [(body["model"], body.get("dimensions")) for body in bodies]
    assert asked == [("fake-embed", 32), ("fake-embed-dim64", None)]
