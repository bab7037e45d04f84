"""What replies cost, for each message, conversation, clone and person; and what budgets refuse."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import asyncpg
import httpx2
import pytest

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.documents import Json, read
from tests.api.usage import usage_of
from tests.conftest import Person, Serve, register
from tests.eventually import eventually
from tests.fakes.knobs import Knobs
from tests.fakes.openai_server import FakeOpenAI, running
from tests.sse import SseEvent, events_of, post_stream

QUESTION = {"content": "Tell me something."}
SLOW = "slow-ttft5-gap20-n400"
# Of gpt-4o-mini: 10 tokens in, as the fake server counts, and 20 out.
PRICE_OF_REPLY = (10 * 0.15 + 20 * 0.60) / 1_000_000


@pytest.fixture
async def upstream() -> AsyncIterator[FakeOpenAI]:
    async with running(Knobs(n=20)) as fake:
        yield fake


@pytest.fixture
def settings(settings: Settings, upstream: FakeOpenAI, tmp_path: Path) -> Settings:
    prices = tmp_path / "prices.toml"
    prices.write_text(f'[openai]\n"{SLOW}" = {{ input = 1000, output = 2000 }}\n')
    return settings.model_copy(
        update={
            "llm_default_provider": "openai",
            "llm_openai_base_url": upstream.base_url,
            "llm_openai_model": "gpt-4o-mini",
            "prices_file": prices,
        }
    )


async def asked(person: Person, clone: str, **changes: object) -> Json:
    answer = await person.http.post(f"/api/chat/{clone}", json={**QUESTION, **changes})
    assert answer.status_code == 200, answer.text
    return cast(Json, answer.json())


async def conversation(person: Person, conversation_id: str) -> Json:
    return cast(Json, (await person.http.get(f"/api/conversations/{conversation_id}")).json())


async def test_message_conversation_clone_and_person_agree_to_the_cent(ada: Person) -> None:
    clone, other = await create_clone(ada), await create_clone(ada, slug_name="Mr. Lungs")
    first = await asked(ada, clone)
    again = await asked(ada, clone, conversation_id=first["conversation_id"])
    await asked(ada, other)

    for reply in (first, again):
        usage = reply["usage"]
        assert (usage["prompt_tokens"], usage["completion_tokens"]) == (10, 20)
        assert usage["cost_usd"] == pytest.approx(PRICE_OF_REPLY)
    kept = await conversation(ada, first["conversation_id"])
    stored = [message["usage"] for message in kept["messages"] if message["role"] == "assistant"]
    assert stored == [first["usage"], again["usage"]]
    assert kept["usage"] == {
        "prompt_tokens": 20,
        "completion_tokens": 40,
        "cost_usd": pytest.approx(2 * PRICE_OF_REPLY),
    }
    usage = await usage_of(ada)
    assert usage["totals"] == {
        "prompt_tokens": 30,
        "completion_tokens": 60,
        "characters": 0,
        "cost_usd": pytest.approx(3 * PRICE_OF_REPLY),
        "replies": 3,
    }
    assert [(of["clone_id"], of["name"], of["replies"]) for of in usage["by_clone"]] == [
        (clone, "Dr. Heart", 2),
        (other, "Mr. Lungs", 1),
    ]
    assert [(of["day"], of["replies"]) for of in usage["by_day"]] == [
        (datetime.now(UTC).date().isoformat(), 3)
    ]
    (provider,) = usage["by_provider"]
    assert (provider["kind"], provider["provider"], provider["model"]) == (
        "llm",
        "openai",
        "gpt-4o-mini",
    )
    assert provider["is_priced"] is True
    assert usage["budgets"] == []
    assert (await usage_of(ada, clone_id=clone))["totals"]["cost_usd"] == pytest.approx(
        kept["usage"]["cost_usd"]
    )


async def test_a_model_without_a_price_says_so(ada: Person) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": "llama3.2"})
    assert (await asked(ada, clone))["usage"]["cost_usd"] == 0.0
    (provider,) = (await usage_of(ada))["by_provider"]
    assert (provider["completion_tokens"], provider["is_priced"]) == (20, False)


async def test_a_stopped_reply_counts_what_was_used(ada: Person) -> None:
    clone = await create_clone(ada)
    await ada.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": SLOW})
    events: list[SseEvent] = []
    async with ada.http.stream("POST", f"/api/chat/{clone}/stream", json=QUESTION) as response:
        async for event in events_of(response):
            events.append(event)
            if len(events) == 6:
                await ada.http.post(f"/api/chat/{clone}/stop/{events[0].data['message_id']}")

    tokens = sum(1 for event in events if event.token)
    used = events[-1].data["usage"]
    assert used["completion_tokens"] == tokens
    assert 0 < used["prompt_tokens"] < 50
    assert used["cost_usd"] == pytest.approx((used["prompt_tokens"] + 2 * tokens) / 1000)
    assert (await usage_of(ada))["totals"]["cost_usd"] == pytest.approx(used["cost_usd"])


async def test_a_reply_that_breaks_off_counts_what_was_used(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["drop:5"])
    await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    totals = (await usage_of(ada))["totals"]
    assert (totals["completion_tokens"], totals["replies"]) == (5, 1)
    assert totals["cost_usd"] > 0


async def test_a_provider_that_did_not_answer_costs_nothing(
    ada: Person, upstream: FakeOpenAI
) -> None:
    clone = await create_clone(ada)
    upstream.state.plan_faults(["401"])
    await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION)
    assert (await usage_of(ada))["totals"]["replies"] == 0


async def test_the_maker_of_a_clone_sees_what_its_readers_spent_but_not_who(
    ada: Person, bob: Person
) -> None:
    clone = await create_clone(ada)
    await ada.http.post(f"/api/clones/{clone}/publish")
    await asked(bob, clone)

    own, on_clone = await usage_of(ada), await usage_of(ada, clone_id=clone)

    assert own["totals"]["replies"] == 0
    assert on_clone["totals"]["replies"] == 1
    assert str(bob.id) not in str(on_clone)
    assert (await usage_of(bob))["by_clone"][0]["name"] == "Dr. Heart"


async def test_a_reader_never_sees_what_others_spent(ada: Person, bob: Person) -> None:
    private, public = await create_clone(ada), await create_clone(ada, slug_name="Mr. Lungs")
    await ada.http.post(f"/api/clones/{public}/publish")
    await asked(ada, private)
    await asked(ada, public)

    assert (await usage_of(bob))["totals"]["replies"] == 0
    assert (await usage_of(bob, clone_id=public))["totals"]["replies"] == 0
    hidden = await bob.http.get("/api/usage", params={"clone_id": private})
    assert (hidden.status_code, hidden.json()["code"]) == (404, "clone_not_found")


async def test_what_was_spent_on_a_deleted_clone_stays_spent(ada: Person) -> None:
    clone = await create_clone(ada)
    await asked(ada, clone)
    await ada.http.delete(f"/api/clones/{clone}")
    usage = await usage_of(ada)
    assert usage["totals"]["replies"] == 1
    assert [(of["clone_id"], of["name"]) for of in usage["by_clone"]] == [(clone, None)]


async def test_only_the_wanted_days_count(ada: Person, superuser: asyncpg.Connection) -> None:
    clone = await create_clone(ada)
    await asked(ada, clone)
    await superuser.execute("update usage_records set created_at = now() - interval '7 days'")
    assert (await usage_of(ada, days=7))["totals"]["replies"] == 0
    assert (await usage_of(ada, days=8))["totals"]["replies"] == 1


@pytest.mark.parametrize("wanted", [{"days": 0}, {"days": 367}, {"days": "x"}])
async def test_days_have_bounds(ada: Person, wanted: dict[str, str | int]) -> None:
    answer = await ada.http.get("/api/usage", params=wanted)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_error")


async def test_nobody_reads_usage_without_logging_in(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/api/usage")).status_code == 401


@pytest.fixture
async def limited(serve: Serve, settings: Settings) -> AsyncIterator[Person]:
    """Somebody with 45 tokens a day: two short replies, the second of which goes beyond it."""
    served = await serve(settings.model_copy(update={"budget_tokens_per_day": 45}))
    person = await register(served.url, "grace@example.org")
    yield person
    await person.http.aclose()


async def stored_messages(superuser: asyncpg.Connection) -> int:
    return int(await superuser.fetchval("select count(*) from messages"))


async def test_beyond_the_budget_a_question_is_refused_and_nothing_is_saved(
    limited: Person, superuser: asyncpg.Connection
) -> None:
    clone = await create_clone(limited)
    await asked(limited, clone)
    await asked(limited, clone)
    saved = await stored_messages(superuser)

    for url in (f"/api/chat/{clone}", f"/api/chat/{clone}/stream"):
        refused = await limited.http.post(url, json=QUESTION)

        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        assert 0 < int(refused.headers["retry-after"]) <= 24 * 3600
        problem = refused.json()
        assert problem["code"] == "budget_exceeded"
        assert "Your budget for today is used up: 60 of 45 tokens." in problem["detail"]
        assert problem["retryable"] is False
    assert await stored_messages(superuser) == saved
    (budget,) = (await usage_of(limited))["budgets"]
    assert (budget["name"], budget["limit"], budget["used"]) == ("tokens_per_day", 45, 60)
    assert budget["renews_at"] > datetime.now(UTC).isoformat()


async def test_a_repeated_question_is_answered_beyond_the_budget_too(limited: Person) -> None:
    clone = await create_clone(limited)
    first = await asked(limited, clone, client_message_id="once")
    await asked(limited, clone)
    again = await asked(limited, clone, client_message_id="once")
    assert again["message_id"] == first["message_id"]


async def test_questions_asked_at_once_cannot_overdraw_by_more_than_one_reply(
    limited: Person, superuser: asyncpg.Connection
) -> None:
    """The reserve of one running reply is more than the budget: the others wait for it."""
    clone = await create_clone(limited)
    await limited.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": SLOW})

    url = f"/api/chat/{clone}/stream"
    async with limited.http.stream("POST", url, json=QUESTION) as response:
        start = await anext(events_of(response))
        refused = await asyncio.gather(
            *(limited.http.post(f"/api/chat/{clone}", json=QUESTION) for _ in range(8))
        )
        await limited.http.post(f"/api/chat/{clone}/stop/{start.data['message_id']}")

    assert {answer.status_code for answer in refused} == {429}
    problem = refused[0].json()
    assert problem["code"] == "budget_exceeded"
    assert "held by replies that are being written" in problem["detail"]
    assert refused[0].headers["retry-after"] == "5"
    assert await stored_messages(superuser) == 2


async def test_of_many_questions_at_once_those_pass_that_fit(
    serve: Serve, settings: Settings, superuser: asyncpg.Connection
) -> None:
    # Each may come to 2000 tokens in and 1024 out: the fourth meets three of them.
    served = await serve(settings.model_copy(update={"budget_tokens_per_day": 9000}))
    person = await register(served.url, "grace@example.org")
    clone = await create_clone(person)
    await person.http.patch(f"/api/clones/{clone}/settings", json={"llm_model": SLOW})

    async def ask_and_leave() -> int:
        url = f"/api/chat/{clone}/stream"
        async with person.http.stream("POST", url, json=QUESTION) as response:
            return response.status_code

    statuses = sorted(await asyncio.gather(*(ask_and_leave() for _ in range(10))))
    await person.http.aclose()

    assert statuses == [200] * 3 + [429] * 7
    assert await stored_messages(superuser) == 6


async def test_the_month_has_a_budget_in_dollars(serve: Serve, settings: Settings) -> None:
    served = await serve(settings.model_copy(update={"budget_usd_per_month": 0.00001}))
    person = await register(served.url, "grace@example.org")
    clone = await create_clone(person)
    await asked(person, clone)
    refused = await person.http.post(f"/api/chat/{clone}", json=QUESTION)
    await person.http.aclose()
    assert refused.status_code == 429
    assert "this month is used up: $0.000013 of $0.000010." in refused.json()["detail"]
    assert refused.json()["budget"] == "usd_per_month"


async def test_the_budget_of_one_is_not_that_of_another(
    limited: Person, superuser: asyncpg.Connection
) -> None:
    clone = await create_clone(limited)
    await limited.http.post(f"/api/clones/{clone}/publish")
    await asked(limited, clone)
    await asked(limited, clone)
    other = await register(str(limited.http.base_url), "hopper@example.org")
    await asked(other, clone)
    await other.http.aclose()
    assert (await limited.http.post(f"/api/chat/{clone}", json=QUESTION)).status_code == 429


async def test_prometheus_counts_what_providers_cost(ada: Person) -> None:
    clone = await create_clone(ada)
    await asked(ada, clone)

    async def metrics() -> str:
        return (await ada.http.get("/metrics", headers={"Accept": "text/plain"})).text

    text = await eventually(metrics, lambda text: "provider_cost_usd_total" in text)
    (line,) = [line for line in text.splitlines() if "provider_cost_usd_total{" in line]
    assert 'provider="openai"' in line
    assert float(line.rpartition(" ")[2]) == pytest.approx(PRICE_OF_REPLY)


async def test_free_embeddings_need_no_budget(limited: Person) -> None:
    clone = await create_clone(limited)
    await asked(limited, clone)
    await asked(limited, clone)
    await read(limited, clone)
    usage = await usage_of(limited)
    assert {of["kind"]: of["is_priced"] for of in usage["by_provider"]} == {
        "llm": True,
        "embeddings": True,
    }
    assert usage["budgets"][0]["used"] == 60
