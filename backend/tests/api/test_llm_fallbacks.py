"""Where a clone's language model does not answer, another does, and the reader is told."""

from collections.abc import AsyncIterator

import pytest

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.documents import read
from tests.api.upstreams import answered_by
from tests.conftest import Person
from tests.fakes.openai_server import FakeOpenAI, running
from tests.sse import events_of, post_stream, text_of

QUESTION = {"content": "How hot is green tea brewed?"}
TEA = "Green tea is brewed at 80 degrees. Black tea needs boiling water."


@pytest.fixture
async def upstream() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        yield fake


@pytest.fixture
def settings(settings: Settings, upstream: FakeOpenAI) -> Settings:
    fallbacks = ["openai:fake-other-n10", "dummy"]
    return answered_by(upstream, settings).model_copy(update={"llm_fallbacks": fallbacks})


async def test_the_next_provider_answers_and_the_reply_says_why(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    await read(ada, clone, TEA)
    upstream.state.plan_faults(["401"] * 2)

    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)

    told = next(event for event in events if event.name == "provider")
    end = events[-1].data
    skips = [(skip["provider"], skip["model"], skip["code"]) for skip in told.data["skipped"]]
    assert skips == [
        ("openai", "fake-n20", "provider_unauthorized"),
        ("openai", "fake-other-n10", "provider_unauthorized"),
    ]
    assert (told.data["provider"], end["provider"], end["mode"]) == ("dummy", "dummy", "rag")
    assert end["skipped"] == told.data["skipped"]
    assert end["error"] is None
    assert "80 degrees" in text_of(events)
    assert events.index(told) < next(i for i, event in enumerate(events) if event.token)


async def test_an_unskipped_reply_has_no_event_of_it(ada: Person) -> None:
    clone = await create_clone(ada)

    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)

    assert [event.name for event in events[:2]] == ["start", "sources"]
    assert all(event.token for event in events[2:-1])
    assert (events[-1].data["provider"], events[-1].data["skipped"]) == ("openai", [])


async def test_the_stored_reply_tells_the_same(ada: Person, upstream: FakeOpenAI) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["404"])
    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    url = f"/api/chat/{clone}/stream/{events[0].data['message_id']}"

    async with ada.http.stream("GET", url) as response:
        again = [event async for event in events_of(response)]
    conversation = events[0].data["conversation_id"]
    kept = (await ada.http.get(f"/api/conversations/{conversation}")).json()["messages"][-1]

    assert again == events
    assert kept["skipped"] == events[-1].data["skipped"]
    assert kept["metadata"] == {"provider": "openai", "model": "fake-other-n10"}


async def test_nobody_is_asked_after_a_token_was_seen(ada: Person, upstream: FakeOpenAI) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["drop:3"])

    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)

    assert (events[-1].name, events[-1].data["code"]) == ("error", "provider_down")
    assert upstream.state.counts["/v1/chat/completions"] == 1


async def test_a_busy_provider_is_not_waited_for_while_others_are_at_hand(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["429:9"])

    answer = (await ada.http.post(f"/api/chat/{clone}", json=QUESTION)).json()

    assert answer["model"] == "fake-other-n10"
    assert answer["skipped"][0]["code"] == "provider_rate_limited"
