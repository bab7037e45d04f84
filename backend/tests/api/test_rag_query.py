"""One question without a conversation, and how much one's clones remember."""

import asyncio
from typing import Final

import asyncpg
import httpx2

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.documents import Json, paste, read
from tests.api.upstreams import answered_by, last_request
from tests.conftest import Person, Serve, register
from tests.fakes.openai_server import running

QUESTION: Final = "Is it open on Saturdays?"


async def query(person: Person, clone_id: str, **body: object) -> httpx2.Response:
    return await person.http.post(f"/api/rag/query/{clone_id}", json={"query": QUESTION} | body)


async def answered(person: Person, clone_id: str, **body: object) -> Json:
    answer = await query(person, clone_id, **body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_answer_cites_its_passages_and_no_message_is_kept(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(ada)
    document = await read(ada, clone_id)
    answer = await answered(ada, clone_id)
    assert (answer["success"], answer["mode"]) == (True, "rag")
    assert answer["message"] == "Answered from 1 passage."
    assert "closed" in answer["response"]
    assert [source["document_id"] for source in answer["sources"]] == [document["id"]]
    assert answer["data"]["finish_reason"] == "stop"
    assert answer["timestamp"].endswith("Z")
    for table in ("conversations", "messages"):
        assert await superuser.fetchval(f"select count(*) from {table}") == 0
    usage = (await ada.http.get("/api/usage")).json()["totals"]
    assert usage["replies"] == 1
    assert usage["prompt_tokens"] > 0


async def test_a_reader_of_a_published_clone_is_answered_from_public_documents(
    ada: Person, bob: Person
) -> None:
    clone_id = await create_clone(ada)
    await read(ada, clone_id, visibility="private")
    await ada.http.post(f"/api/clones/{clone_id}/publish")
    assert (await answered(ada, clone_id))["mode"] == "rag"
    answer = await answered(bob, clone_id)
    assert (answer["mode"], answer["sources"]) == ("llm_fallback", [])


async def test_a_question_is_checked_as_in_the_chat(ada: Person) -> None:
    clone_id = await create_clone(ada)
    for body, code, place in (
        ({"query": " \n"}, "empty_query", ["body", "query"]),
        ({"query": "x" * 4001}, "query_too_long", ["body", "query"]),
        (
            {"conversation_history": [{"role": "system", "content": "x"}]},
            "validation_error",
            ["body", "conversation_history", 0, "role"],
        ),
    ):
        refused = await query(ada, clone_id, **body)
        problem = refused.json()
        assert (refused.status_code, problem["code"]) == (422, code)
        assert problem["errors"][0]["loc"] == place


async def test_the_model_gets_the_last_twenty_messages_and_the_subject(
    serve: Serve, settings: Settings
) -> None:
    async with running() as upstream:
        app = await serve(answered_by(upstream, settings))
        eve = await register(app.url, "eve@example.org")
        clone_id = await create_clone(eve)
        subject = {
            "expert_name": "Dr. Winter",
            "domain_name": "other",
            "context": "A practice\nin a village.",
        }
        begun = await eve.http.post(f"/api/rag/initialize/{clone_id}", json=subject)
        assert begun.status_code == 200, begun.text
        history = [{"role": ("user", "assistant")[n % 2], "content": f"m{n}"} for n in range(30)]
        answer = await answered(eve, clone_id, conversation_history=history)
        assert answer["mode"] == "llm_fallback"
        system, *turns, question = last_request(upstream)["messages"]
        assert [turn["content"] for turn in turns] == [f"m{n}" for n in range(10, 30)]
        assert question["content"] == QUESTION
        assert (
            "Your documents hold the knowledge of Dr. Winter. "
            "They are about: A practice in a village."
        ) in system["content"]

        upstream.state.knobs.fault = "401"
        failed = await answered(eve, clone_id)
        assert (failed["success"], failed["mode"]) == (False, "error_fallback")
        assert failed["message"] == failed["data"]["error"]["detail"]
        await eve.http.aclose()


async def test_a_budget_holds_for_questions_without_a_conversation(
    serve: Serve, settings: Settings
) -> None:
    async with running() as upstream:
        app = await serve(
            answered_by(upstream, settings).model_copy(update={"budget_tokens_per_day": 300})
        )
        eve = await register(app.url, "eve@example.org")
        clone_id = await create_clone(eve)
        upstream.state.knobs.ttft = 500
        answers = await asyncio.gather(*(query(eve, clone_id) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 429, 429]
        details = {a.json()["detail"] for a in answers if a.status_code == 429}
        assert "held by replies that are being written" in details.pop()
        upstream.state.knobs.ttft = 0
        while (answer := await query(eve, clone_id)).status_code == 200:
            pass
        assert "is used up" in answer.json()["detail"]
        usage = (await eve.http.get("/api/usage")).json()
        assert usage["totals"]["replies"] == upstream.state.counts["/v1/chat/completions"]
        await eve.http.aclose()


async def test_analytics_count_ones_own_clones_by_domain(ada: Person, bob: Person) -> None:
    doctor = await create_clone(ada, category="medical")
    await create_clone(ada, category="medical", enable_rag=False)
    document = await read(ada, doctor)
    others = await create_clone(bob, category="legal")
    await paste(bob, others)
    await bob.http.post(f"/api/clones/{others}/publish")

    answer = await ada.http.get("/api/rag/analytics")
    assert answer.status_code == 200, answer.text
    sums = {
        "clones": 2,
        "ready_clones": 1,
        "ready_share": 0.5,
        "documents": 1,
        "completed_documents": 1,
        "failed_documents": 0,
        "passages": document["chunk_count"],
        "storage_bytes": document["size_bytes"],
    }
    body = answer.json()
    assert (body["domains"], body["totals"]) == ([{"domain": "health-wellness", **sums}], sums)


async def test_analytics_of_nothing_are_zero(bob: Person) -> None:
    body = (await bob.http.get("/api/rag/analytics")).json()
    assert (body["domains"], body["totals"]["clones"], body["totals"]["ready_share"]) == ([], 0, 0)
