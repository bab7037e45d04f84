"""Asking a clone: the events as the contract has them, and what is kept of them."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from clonememoria.chat.upkeep import interrupt_orphans
from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from tests.api.clones import create_clone
from tests.conftest import Person, Serve, ServedApp, register
from tests.sse import events_of, post_stream, text_of

QUESTION = {"content": "What is a heart?"}


async def test_a_streamed_reply_has_the_events_of_the_contract(ada: Person) -> None:
    clone = await create_clone(ada)
    async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-cache, no-transform"
        assert response.headers["x-accel-buffering"] == "no"
        events = [event async for event in events_of(response)]

    start, sources, *tokens, done = events
    message_id = start.data["message_id"]
    assert start.name == "start"
    assert set(start.data) == {"conversation_id", "user_message_id", "message_id"}
    assert (sources.name, sources.data["mode"]) == ("sources", "llm_fallback")
    assert tokens
    assert all(set(event.data) == {"token", "done"} and not event.name for event in tokens)
    assert [event.id for event in events] == [f"{message_id}:{n + 1}" for n in range(len(events))]
    assert (done.name, done.data["done"], done.data["finish_reason"]) == ("", True, "stop")
    assert done.data["message_id"] == message_id
    assert done.data["usage"]["completion_tokens"] == len(tokens)
    assert done.data["provider"] == "dummy"


async def test_question_and_reply_are_kept_to_the_letter(ada: Person) -> None:
    clone = await create_clone(ada)
    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    conversation = events[0].data["conversation_id"]

    kept = (await ada.http.get(f"/api/conversations/{conversation}")).json()

    question, reply = kept["messages"]
    assert (question["role"], question["content"]) == ("user", QUESTION["content"])
    assert (reply["role"], reply["status"], reply["content"]) == (
        "assistant",
        "complete",
        text_of(events),
    )
    assert reply["parent_id"] == question["id"]
    assert kept["title"] == QUESTION["content"]
    assert kept["message_count"] == 2


async def test_the_plain_call_gives_the_same_turn_in_one_piece(ada: Person) -> None:
    clone = await create_clone(ada)
    streamed = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    answer = (await ada.http.post(f"/api/chat/{clone}", json=QUESTION)).json()
    assert answer["message"] == text_of(streamed)
    assert answer["mode"] == "llm_fallback"
    assert {"sources", "conversation_id", "usage"} <= set(answer)


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "empty_query"), (" \n\t ", "empty_query"), ("x" * 4001, "query_too_long")],
)
@pytest.mark.parametrize("ending", ["", "/stream"])
async def test_a_question_must_have_1_to_4000_characters(
    ada: Person, content: str, code: str, ending: str
) -> None:
    clone = await create_clone(ada)
    answer = await ada.http.post(f"/api/chat/{clone}{ending}", json={"content": content})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


async def test_4000_characters_between_spaces_are_a_question(ada: Person) -> None:
    clone = await create_clone(ada)
    answer = await ada.http.post(f"/api/chat/{clone}", json={"content": f"  {'x' * 4000}\n"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"content": "a\x00b"},
        {"content": "ok", "limit": 0},
        {"content": "ok", "limit": 51},
        {"content": "ok", "conversation_id": "no"},
        {"content": ["a"]},
        {},
    ],
)
async def test_a_bad_body_is_a_422_and_saves_nothing(
    ada: Person, superuser: asyncpg.Connection, body: dict[str, object]
) -> None:
    clone = await create_clone(ada)
    answer = await ada.http.post(f"/api/chat/{clone}/stream", json=body)
    assert answer.status_code == 422
    assert await superuser.fetchval("select count(*) from messages") == 0


async def test_lone_surrogates_are_a_422(ada: Person) -> None:
    clone = await create_clone(ada)
    answer = await ada.http.post(
        f"/api/chat/{clone}/stream",
        content=b'{"content": "a \\ud800 b"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422


async def test_a_reply_that_cannot_be_saved_ends_all_the_same(
    ada: Person, superuser: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    clone = await create_clone(ada)
    await superuser.execute(
        "alter table messages add check (role = 'user' or status = 'streaming')"
    )

    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    plain = await ada.http.post(f"/api/chat/{clone}", json=QUESTION)

    assert (events[-1].name, events[-1].data["code"]) == ("error", "internal_error")
    assert (plain.status_code, plain.json()["code"]) == (503, "internal_error")
    assert "CheckViolationError" in caplog.text
    assert text_of(events)[:40] not in caplog.text


async def test_somebody_elses_clone_is_as_missing_as_no_clone(ada: Person, bob: Person) -> None:
    clone = await create_clone(ada)
    foreign = await bob.http.post(f"/api/chat/{clone}/stream", json=QUESTION)
    missing = await bob.http.post(f"/api/chat/{uuid4()}/stream", json=QUESTION)
    assert foreign.status_code == missing.status_code == 404
    for body in (problem := foreign.json(), other := missing.json()):
        body.pop("request_id")
    assert problem == other


async def test_a_published_clone_answers_everybody_and_keeps_the_talks_apart(
    ada: Person, bob: Person
) -> None:
    clone = await create_clone(ada, slug_name="Open House")
    await ada.http.post(f"/api/clones/{clone}/publish")

    answer = await bob.http.post("/api/chat/open-house", json=QUESTION)

    assert answer.status_code == 200
    conversation = answer.json()["conversation_id"]
    assert (await bob.http.get(f"/api/conversations/{conversation}")).status_code == 200
    assert (await ada.http.get(f"/api/conversations/{conversation}")).status_code == 404
    assert (await ada.http.get("/api/conversations")).json() == []


async def test_a_question_goes_into_ones_own_conversation_with_that_clone_only(
    ada: Person, bob: Person
) -> None:
    clone, other = await create_clone(ada), await create_clone(ada)
    await ada.http.post(f"/api/clones/{clone}/publish")
    mine = (await ada.http.post(f"/api/chat/{clone}", json=QUESTION)).json()["conversation_id"]
    body = {**QUESTION, "conversation_id": mine}

    follow_up = await ada.http.post(f"/api/chat/{clone}", json=body)
    wrong_clone = await ada.http.post(f"/api/chat/{other}", json=body)
    wrong_person = await bob.http.post(f"/api/chat/{clone}", json=body)

    assert follow_up.json()["conversation_id"] == mine
    assert wrong_clone.status_code == wrong_person.status_code == 404
    assert wrong_person.json()["code"] == "conversation_not_found"


async def test_a_reply_can_be_read_again_from_any_event(ada: Person) -> None:
    clone = await create_clone(ada)
    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    message_id = events[0].data["message_id"]

    for seen in range(len(events)):
        headers = {"Last-Event-ID": f"{message_id}:{seen}"} if seen else {}
        url = f"/api/chat/{clone}/stream/{message_id}"
        async with ada.http.stream("GET", url, headers=headers) as response:
            assert [event async for event in events_of(response)] == events[seen:]


async def test_event_ids_that_are_bad_or_foreign_are_refused(ada: Person, bob: Person) -> None:
    clone = await create_clone(ada)
    await ada.http.post(f"/api/clones/{clone}/publish")
    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    url = f"/api/chat/{clone}/stream/{events[0].data['message_id']}"

    bad = await ada.http.get(url, headers={"Last-Event-ID": "no:1"})
    foreign = await ada.http.get(url, headers={"Last-Event-ID": f"{uuid4()}:1"})
    somebody_else = await bob.http.get(url)

    assert (bad.status_code, foreign.status_code, somebody_else.status_code) == (400, 404, 404)


async def test_a_reply_outlives_the_process_that_wrote_it(serve: Serve, settings: Settings) -> None:
    first = await serve(settings)
    ada = await register(first.url, "ada@example.org")
    clone = await create_clone(ada)
    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    message_id = events[0].data["message_id"]

    second = await serve(settings)
    ada.http.base_url = second.url
    url = f"/api/chat/{clone}/stream/{message_id}"
    async with ada.http.stream("GET", url) as response:
        again = [event async for event in events_of(response)]
    async with ada.http.stream(
        "GET", url, headers={"Last-Event-ID": f"{message_id}:3"}
    ) as response:
        rest = [event async for event in events_of(response)]
    await ada.http.aclose()

    assert again == events
    assert rest == events[3:]


async def test_a_reader_who_heard_more_than_was_stored_is_told_the_end(
    serve: Serve, settings: Settings
) -> None:
    first = await serve(settings)
    ada = await register(first.url, "ada@example.org")
    clone = await create_clone(ada)
    events = await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    message_id = events[0].data["message_id"]

    second = await serve(settings)
    ada.http.base_url = second.url
    url = f"/api/chat/{clone}/stream/{message_id}"
    headers = {"Last-Event-ID": f"{message_id}:{len(events) + 5}"}
    async with ada.http.stream("GET", url, headers=headers) as response:
        assert [event async for event in events_of(response)] == events[-1:]
    await ada.http.aclose()


async def test_the_same_client_message_id_makes_one_message_and_one_reply(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    clone = await create_clone(ada)
    body = {**QUESTION, "client_message_id": "tab-1"}

    streams = await asyncio.gather(
        *(post_stream(ada.http, f"/api/chat/{clone}/stream", body) for _ in range(8))
    )
    by_header = await ada.http.post(
        f"/api/chat/{clone}", json=QUESTION, headers={"Idempotency-Key": "tab-1"}
    )

    assert all(events == streams[0] for events in streams)
    assert by_header.json()["message"] == text_of(streams[0])
    assert await superuser.fetchval("select count(*) from messages") == 2


async def test_the_same_client_message_id_with_something_else_is_refused(ada: Person) -> None:
    clone, other_clone = await create_clone(ada), await create_clone(ada)
    body = {**QUESTION, "client_message_id": "tab-1"}
    await ada.http.post(f"/api/chat/{clone}", json=body)
    for url, changed in (
        (f"/api/chat/{clone}", {**body, "content": "Another?"}),
        (f"/api/chat/{clone}", {**body, "use_rag": False}),
        (f"/api/chat/{other_clone}", body),
    ):
        answer = await ada.http.post(url, json=changed)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


async def test_two_questions_at_once_in_one_conversation_are_both_kept(ada: Person) -> None:
    clone = await create_clone(ada)
    conversation = (await ada.http.post("/api/conversations", json={"clone_id": clone})).json()[
        "id"
    ]
    asked = [f"Question number {n}?" for n in range(4)]
    await asyncio.gather(
        *(
            ada.http.post(
                f"/api/chat/{clone}", json={"content": text, "conversation_id": conversation}
            )
            for text in asked
        )
    )
    kept = (await ada.http.get(f"/api/conversations/{conversation}")).json()["messages"]
    assert sorted(m["content"] for m in kept if m["role"] == "user") == asked
    assert all(m["status"] == "complete" for m in kept)


async def test_only_replies_whose_process_is_silent_are_interrupted(
    ada: Person, database: Database, superuser: asyncpg.Connection
) -> None:
    clone = await create_clone(ada)
    answers = [(await ada.http.post(f"/api/chat/{clone}", json=QUESTION)).json() for _ in "ab"]
    for answer, silent_s in zip(answers, (29, 31), strict=True):
        await superuser.execute(
            """update messages set status = 'streaming',
                   heartbeat_at = clock_timestamp() - make_interval(secs => $2) where id = $1""",
            answer["message_id"],
            silent_s,
        )

    assert await interrupt_orphans(database) == 1

    conversation = answers[1]["conversation_id"]
    kept = (await ada.http.get(f"/api/conversations/{conversation}")).json()["messages"][1]
    assert (kept["status"], kept["content"]) == ("interrupted", answers[1]["message"])


async def test_questions_are_limited_per_minute(serve: Serve, settings: Settings) -> None:
    served: ServedApp = await serve(settings.model_copy(update={"rate_limit_chat_per_minute": 3}))
    ada = await register(served.url, "ada@example.org")
    clone = await create_clone(ada)
    answers = await asyncio.gather(
        *(ada.http.post(f"/api/chat/{clone}", json=QUESTION) for _ in range(10))
    )
    await ada.http.aclose()
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 7
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
