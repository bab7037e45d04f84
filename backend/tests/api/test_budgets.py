"""The ledger and the budgets, as whoever spends meets them in a transaction."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from clonememoria.accounts.budgets import Budgets, check_budget
from clonememoria.accounts.spending import Spending, Spent, record, spent
from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from clonememoria.core.errors import BudgetExceeded
from tests.api.clones import create_clone
from tests.conftest import Person, Serve, register

NOTHING = Spent(0, 0, 0, 0.0, 0)


def a_reply(
    owner_id: UUID, *, tokens: int = 100, cost_usd: float = 0.5, record_id: UUID | None = None
) -> Spending:
    return Spending(
        owner_id=owner_id,
        kind="llm",
        provider="openai",
        model="gpt-4o-mini",
        prompt_tokens=tokens - 40,
        completion_tokens=40,
        cost_usd=cost_usd,
        message_id=uuid4(),
        record_id=record_id,
    )


def a_speech(owner_id: UUID) -> Spending:
    return Spending(
        owner_id=owner_id,
        kind="tts",
        provider="openai",
        model="tts-1",
        characters=300,
        cost_usd=0.25,
    )


async def note(database: Database, person: Person, spending: Spending) -> None:
    async with database.as_user(person.id) as session:
        await record(session, spending)


async def refusal_of(database: Database, person: Person, budgets: Budgets) -> BudgetExceeded | None:
    try:
        async with database.as_user(person.id) as session:
            await check_budget(session, person.id, budgets)
    except BudgetExceeded as error:
        return error
    return None


async def test_what_is_noted_adds_up(database: Database, ada: Person) -> None:
    await note(database, ada, a_reply(ada.id))
    await note(database, ada, a_speech(ada.id))
    async with database.as_user(ada.id) as session:
        assert await spent(session) == Spent(60, 40, 300, 0.75, replies=1)


async def test_the_same_record_is_noted_once(database: Database, ada: Person) -> None:
    spending = a_reply(ada.id, record_id=uuid4())
    await note(database, ada, spending)
    await note(database, ada, spending)
    async with database.as_user(ada.id) as session:
        assert (await spent(session)).replies == 1


async def test_what_a_deleted_account_spent_fails_nothing(database: Database, ada: Person) -> None:
    await ada.http.delete("/api/auth/me")
    await note(database, ada, a_reply(ada.id))
    async with database.as_system() as session:
        assert await spent(session) == NOTHING


async def test_nobody_sees_or_notes_what_others_spend(
    database: Database, ada: Person, bob: Person
) -> None:
    await note(database, ada, a_reply(ada.id))
    await note(database, bob, a_reply(ada.id))  # in Ada's name: Bob does not see her account
    async with database.as_user(bob.id) as session:
        assert await spent(session) == NOTHING
    async with database.as_user(ada.id) as session:
        assert (await spent(session)).replies == 1


async def test_without_budgets_nothing_is_refused(database: Database, ada: Person) -> None:
    await note(database, ada, a_reply(ada.id, tokens=10**9, cost_usd=1e6))
    assert await refusal_of(database, ada, Budgets()) is None


@pytest.mark.parametrize(
    ("budgets", "sentence"),
    [
        (Budgets(tokens_per_day=100), "Your budget for today is used up: 100 of 100 tokens."),
        (Budgets(usd_per_month=0.5), "for this month is used up: $0.500000 of $0.500000."),
    ],
)
async def test_a_used_up_budget_says_how_much_and_until_when(
    database: Database, ada: Person, budgets: Budgets, sentence: str
) -> None:
    await note(database, ada, a_reply(ada.id))

    refusal = await refusal_of(database, ada, budgets)

    assert refusal
    assert sentence in refusal.detail
    renews_at = datetime.fromisoformat(str(refusal.extra["renews_at"]))
    assert f"renews on {renews_at.day} {renews_at:%B} at 00:00 UTC" in refusal.detail
    assert refusal.retry_after_s
    until = datetime.now(UTC) + timedelta(seconds=refusal.retry_after_s)
    assert abs(until - renews_at) < timedelta(minutes=1)
    assert refusal.extra["used"] == refusal.extra["limit"]


@pytest.mark.parametrize(
    ("budgets", "age", "is_refused"),
    [
        (Budgets(tokens_per_day=100), "24 hours", False),
        (Budgets(tokens_per_day=100), "0 hours", True),
        (Budgets(usd_per_month=0.5), "31 days", False),
        (Budgets(usd_per_month=0.5), "0 hours", True),
    ],
)
async def test_budgets_renew_with_the_calendar(
    database: Database,
    ada: Person,
    *,
    superuser: asyncpg.Connection,
    budgets: Budgets,
    age: str,
    is_refused: bool,
) -> None:
    await note(database, ada, a_reply(ada.id))
    await superuser.execute(
        "update usage_records set created_at = created_at - $1::text::interval", age
    )
    assert (await refusal_of(database, ada, budgets) is not None) == is_refused


async def test_speech_needs_no_tokens_to_be_left(database: Database, ada: Person) -> None:
    await note(database, ada, a_reply(ada.id))
    assert await refusal_of(database, ada, Budgets(usd_per_month=0.51)) is None


async def test_beyond_the_budget_in_dollars_nothing_is_spoken(
    serve: Serve, settings: Settings, database: Database
) -> None:
    served = await serve(settings.model_copy(update={"budget_usd_per_month": 0.5}))
    person = await register(served.url, "grace@example.org")
    clone = await create_clone(person)
    spoken = await person.http.post(f"/api/chat/tts/{clone}", json={"text": "Good morning."})
    await note(database, person, a_reply(person.id))
    refused = await person.http.post(f"/api/chat/tts/{clone}", json={"text": "Good evening."})
    await person.http.aclose()
    assert spoken.status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (429, "budget_exceeded")
