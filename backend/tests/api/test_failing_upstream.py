"""What a reader gets of an upstream that fails, over real HTTP, and what is kept of it."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from clonememoria.chat.turn import APOLOGY
from clonememoria.core.config import Settings
from clonememoria.providers.guard import MAX_ATTEMPTS
from tests.api.clones import create_clone
from tests.api.upstreams import answered_by, kept_reply, last_request
from tests.conftest import Person
from tests.fakes.openai_server import FakeOpenAI, running
from tests.sse import events_of, post_stream, text_of

QUESTION = {"content": "Tell me something."}


@pytest.fixture
async def upstream() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        yield fake


@pytest.fixture
def settings(settings: Settings, upstream: FakeOpenAI) -> Settings:
    return answered_by(upstream, settings, first_token_s=1.2, idle_s=1.0)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("500", "provider_down"),
        ("503", "provider_down"),
        ("401", "provider_unauthorized"),
        ("429:31", "provider_rate_limited"),
        ("404", "provider_rejected"),
        ("307", "provider_rejected"),
        ("hang", "provider_timeout"),
        ("refuse", "provider_down"),
        ("notjson", "provider_malformed"),
        ("gzip", "provider_malformed"),
        ("empty", "provider_malformed"),
    ],
)
async def test_without_any_token_the_reader_gets_an_apology_that_says_why(
    ada: Person, upstream: FakeOpenAI, fault: str, code: str
) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults([fault] * MAX_ATTEMPTS)

    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    upstream.state.reset()
    again = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)

    end = events[-1].data
    assert (end["done"], end["mode"], end["finish_reason"]) == (True, "error_fallback", "error")
    assert end["error"]["code"] == end["skipped"][0]["code"] == code
    assert "Injected" not in str(end)
    assert text_of(events) == APOLOGY
    reply = await kept_reply(ada, events)
    assert (reply["status"], reply["mode"]) == ("failed", "error_fallback")
    assert reply["skipped"] == end["skipped"]
    assert again[-1].data["done"] is True


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("drop:5", "provider_down"),
        ("reset:5", "provider_down"),
        ("stall:5", "provider_timeout"),
        ("malformed:5", "provider_malformed"),
        ("errevent:5", "provider_down"),
        ("nofinish", "provider_malformed"),
    ],
)
async def test_an_answer_that_breaks_off_ends_in_one_documented_event(
    ada: Person, upstream: FakeOpenAI, fault: str, code: str
) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults([fault])

    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)

    failure = events[-1]
    assert failure.name == "error"
    assert failure.data["code"] == code
    assert [event.name for event in events].count("error") == 1
    assert not any(event.data.get("done") for event in events)
    reply = await kept_reply(ada, events)
    assert (reply["status"], reply["content"]) == ("interrupted", text_of(events))
    assert upstream.state.counts["/v1/chat/completions"] == 1


async def test_the_plain_call_says_that_nobody_answered(ada: Person, upstream: FakeOpenAI) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["500"] * MAX_ATTEMPTS)

    answer = (await ada.http.post(f"/api/chat/{clone}", json=QUESTION)).json()

    assert (answer["message"], answer["mode"]) == (APOLOGY, "error_fallback")
    assert answer["error"]["code"] == "provider_down"


async def test_the_plain_call_answers_a_broken_answer_with_a_problem(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["drop:3"])

    answer = await ada.http.post(f"/api/chat/{clone}", json=QUESTION)

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "provider_down"


async def test_an_apology_is_told_again_to_the_letter(
    ada: Person, upstream: FakeOpenAI, app: FastAPI
) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["401"])
    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    app.state.replies._replies.clear()

    url = f"/api/chat/{clone}/stream/{events[0].data['message_id']}"
    async with ada.http.stream("GET", url) as response:
        again = [event async for event in events_of(response)]

    assert again == events


async def test_a_model_is_never_told_of_apologies(ada: Person, upstream: FakeOpenAI) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["401"])
    first = (await ada.http.post(f"/api/chat/{clone}", json=QUESTION)).json()
    body = {"content": "And now?", "conversation_id": first["conversation_id"]}
    await ada.http.post(f"/api/chat/{clone}", json=body)

    _, *turns = last_request(upstream)["messages"]

    assert first["message"] == APOLOGY
    assert [turn["content"] for turn in turns] == [QUESTION["content"], "And now?"]
