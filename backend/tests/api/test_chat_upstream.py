"""Replies through an OpenAI-compatible server over real HTTP."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.upstreams import answered_by, kept_reply, last_request
from tests.conftest import Person, Serve, ServedApp, register
from tests.eventually import eventually
from tests.fakes.openai_server import FakeOpenAI, running
from tests.sse import SseEvent, events_of, post_stream, text_of

QUESTION = {"content": "Tell me something."}
SLOW = "fake-ttft20-gap20-n400"


@pytest.fixture
async def upstream() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        yield fake


@pytest.fixture
def settings(settings: Settings, upstream: FakeOpenAI) -> Settings:
    return answered_by(upstream, settings)


async def test_the_reply_is_what_the_upstream_said(ada: Person) -> None:
    clone = await create_clone(ada)
    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    reply = await kept_reply(ada, events)
    assert reply["content"] == text_of(events)
    assert reply["status"] == "complete"
    assert reply["metadata"] == {"provider": "openai", "model": "fake-n20"}
    assert events[-1].data["usage"] == {
        "prompt_tokens": 10,
        "completion_tokens": 20,
        "cost_usd": 0.0,
    }


async def test_a_prompt_that_the_vendor_does_not_count_is_estimated(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["nousage"])
    answer = (await ada.http.post(f"/api/chat/{clone}", json={"content": "word " * 400})).json()
    assert 400 <= answer["usage"]["prompt_tokens"] <= 600
    assert answer["usage"]["completion_tokens"] == 20


async def test_stopping_keeps_what_was_written_and_closes_the_upstream(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": SLOW})
    events: list[SseEvent] = []
    async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
        async for event in events_of(response):
            events.append(event)
            if len(events) == 6:
                url = f"/api/chat/{clone}/stop/{events[0].data['message_id']}"
                stopped = (await ada.http.post(url)).json()

    twice = await ada.http.post(url)

    assert events[-1].data["finish_reason"] == stopped["finish_reason"] == "stopped"
    reply = await kept_reply(ada, events)
    assert (reply["content"], reply["finish_reason"]) == (text_of(events), "stopped")
    assert 0 < len(events) < 200
    assert upstream.state.streams.open == 0
    assert twice.status_code == 200


async def test_a_reader_who_leaves_finds_the_whole_reply_later(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(
        f"/api/clones/{clone}/settings", json={"llm_model": "fake-ttft20-gap5-n100"}
    )
    seen: list[SseEvent] = []
    async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
        async for event in events_of(response):
            seen.append(event)
            if len(seen) == 5:
                break

    url = f"/api/chat/{clone}/stream/{seen[0].data['message_id']}"
    async with ada.http.stream("GET", url, headers={"Last-Event-ID": seen[-1].id}) as response:
        rest = [event async for event in events_of(response)]

    assert rest[0].id.endswith(":6")
    assert rest[-1].data["done"] is True
    assert (await kept_reply(ada, seen))["content"] == text_of(seen + rest)
    assert upstream.state.counts["client_gone"] == 0


async def test_tokens_reach_the_reader_while_the_upstream_still_writes(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": SLOW})
    async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
        async for event in events_of(response):
            if event.token:
                assert upstream.state.streams.open == 1
                break


async def test_no_database_connection_is_held_while_tokens_flow(
    served: ServedApp, ada: Person
) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": SLOW})
    pool = served.app.state.database.engine.pool
    idle = pool.checkedout()
    async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
        async for event in events_of(response):
            if event.token:
                assert pool.checkedout() <= idle
                break


async def test_the_model_is_told_who_it_is_and_what_was_said(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(
        ada,
        slug_name="Dr. Grace",
        professional_title="Cardiologist",
        bio="I have mended hearts for thirty years.",
        communication_style={"tone": "warm"},
    )
    first = (await ada.http.post(f"/api/chat/{clone}", json=QUESTION)).json()
    body = {"content": "And then?", "conversation_id": first["conversation_id"]}
    await ada.http.post(f"/api/chat/{clone}", json=body)

    messages = last_request(upstream)["messages"]

    system, *turns = messages
    assert system["role"] == "system"
    assert system["content"].startswith("You are Dr. Grace, Cardiologist.")
    assert "thirty years" in system["content"]
    assert "tone: warm" in system["content"]
    assert turns == [
        {"role": "user", "content": QUESTION["content"]},
        {"role": "assistant", "content": first["message"]},
        {"role": "user", "content": "And then?"},
    ]


async def test_the_next_message_uses_the_new_settings(ada: Person, upstream: FakeOpenAI) -> None:
    clone = await create_clone(ada)
    await ada.http.post(f"/api/chat/{clone}", json=QUESTION)
    changes = {"llm_model": "fake-n3", "temperature": 1.5, "max_tokens": 77}
    await ada.http.patch(f"/api/clones/{clone}/settings", json=changes)
    answer = (await ada.http.post(f"/api/chat/{clone}", json=QUESTION)).json()

    asked = last_request(upstream)

    assert (asked["model"], asked["temperature"]) == ("fake-n3", 1.5)
    assert 77 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))
    assert answer["usage"]["completion_tokens"] == 3


async def test_replies_that_run_when_the_server_stops_end_with_an_event(
    serve: Serve, settings: Settings, upstream: FakeOpenAI
) -> None:
    served = await serve(settings)
    ada = await register(served.url, "ada@example.org")
    clone = await create_clone(ada)
    await ada.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": SLOW})
    events: list[SseEvent] = []
    async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
        async for event in events_of(response):
            events.append(event)
            if len(events) == 5:
                stopping = asyncio.create_task(served.app.state.replies.drain(0.05))
    await stopping
    reply = await kept_reply(ada, events)
    await ada.http.aclose()

    assert (events[-1].name, events[-1].data["code"]) == ("error", "server_stopping")
    assert events[-1].data["retryable"] is True
    assert (reply["status"], reply["content"]) == ("interrupted", text_of(events))


async def test_another_process_tells_the_same_events_while_the_reply_is_written(
    serve: Serve, settings: Settings, ada: Person
) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(
        f"/api/clones/{clone}/settings", json={"llm_model": "fake-ttft20-gap10-n150"}
    )
    other = await serve(settings)
    seen: list[SseEvent] = []
    elsewhere: list[SseEvent] = []

    async def read_elsewhere(message_id: str) -> None:
        url = f"{other.url}/api/chat/{clone}/stream/{message_id}"
        async with ada.http.stream("GET", url) as response:
            elsewhere.extend([event async for event in events_of(response)])

    async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
        async for event in events_of(response):
            seen.append(event)
            if len(seen) == 5:
                reading = asyncio.create_task(read_elsewhere(seen[0].data["message_id"]))
    await reading

    assert elsewhere == seen


async def test_a_reply_can_be_stopped_through_another_process(
    serve: Serve, settings: Settings, ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": SLOW})
    other = await serve(settings)
    events: list[SseEvent] = []
    async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
        async for event in events_of(response):
            events.append(event)
            if len(events) == 5:
                url = f"{other.url}/api/chat/{clone}/stop/{events[0].data['message_id']}"
                stopped = (await ada.http.post(url)).json()

    assert events[-1].data["finish_reason"] == stopped["finish_reason"] == "stopped"
    assert upstream.state.streams.open == 0


async def test_what_was_streamed_is_stored_before_the_end(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": SLOW})
    async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
        events = events_of(response)
        message_id = (await anext(events)).data["message_id"]

        async def stored() -> bool:
            return (
                await superuser.fetchval(
                    """select exists (select from messages
                   where id = $1 and status = 'streaming' and content <> '')""",
                    message_id,
                )
                is True
            )

        assert await eventually(stored, bool)


async def test_stopping_at_any_moment_ends_in_one_event_and_one_state(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": "fake-gap1-n30"})

    async def ask_and_stop(delay_s: float) -> SseEvent:
        events: list[SseEvent] = []
        stopping: asyncio.Task[object] | None = None

        async def stop_soon(message_id: str) -> None:
            await asyncio.sleep(delay_s)
            await ada.http.post(f"/api/chat/{clone}/stop/{message_id}")

        async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
            async for event in events_of(response):
                events.append(event)
                stopping = stopping or asyncio.create_task(stop_soon(event.data["message_id"]))
        assert stopping is not None
        await stopping
        return events[-1]

    ends = [await ask_and_stop(0.03 + 0.001 * step) for step in range(20)]

    assert all(end.data["done"] for end in ends)
    states = await superuser.fetch("select distinct status from messages where role = 'assistant'")
    assert [row["status"] for row in states] == ["complete"]


async def test_a_nul_in_a_token_costs_neither_the_reply_nor_its_end(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["nul:3"])
    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    assert events[-1].data["done"] is True
    assert "\0" not in text_of(events)
    assert (await kept_reply(ada, events))["content"] == text_of(events)


async def test_line_ends_in_tokens_and_titles_forge_no_event(ada: Person) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": "fake-echo"})
    question = {"content": "a\u2028data:x\u2029b\u0085c\r\nevent: error\n\ndata: {}\rd"}
    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", question)
    assert text_of(events) == question["content"]
    assert [event.name for event in events if event.name] == ["start", "sources"]
