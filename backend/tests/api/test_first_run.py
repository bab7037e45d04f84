"""The first account lands in a chat with a sample clone that answers what it suggests, offline."""

import re

import asyncpg
import httpx2
import pytest

from clonememoria.core.config import Settings
from clonememoria.first_run.florence import DOCUMENTS
from tests.conftest import Person, Serve, ServedApp, register


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"sample_clone": True})


async def _clones(http: httpx2.AsyncClient) -> list[dict[str, object]]:
    answer = await http.get("/api/clones")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()
    return found


async def _suggestions(person: Person) -> list[str]:
    [clone] = await _clones(person.http)
    answer = await person.http.get(f"/api/clones/{clone['id']}/suggestions")
    assert answer.status_code == 200, answer.text
    questions: list[str] = answer.json()
    return questions


async def _ask(person: Person, question: str) -> dict[str, object]:
    [clone] = await _clones(person.http)
    answer = await person.http.post(f"/api/chat/{clone['id']}", json={"content": question})
    assert answer.status_code == 200, answer.text
    reply: dict[str, object] = answer.json()
    return reply


async def test_the_first_account_finds_a_published_clone_that_is_ready(ada: Person) -> None:
    [clone] = await _clones(ada.http)
    assert clone["name"] == "Florence Nightingale"
    assert clone["is_published"] is True
    assert clone["rag_status"] == "ready"
    assert clone["document_count"] == len(DOCUMENTS)
    assert clone["greeting"]


async def test_the_sample_comes_once_and_to_nobody_else(
    ada: Person, bob: Person, superuser: asyncpg.Connection
) -> None:
    assert await _clones(bob.http) == []
    assert await superuser.fetchval("select count(*) from clones") == 1


async def test_the_suggestions_of_the_sample_are_worth_asking(ada: Person) -> None:
    assert await _suggestions(ada) == [
        "What are the five essential points in securing the health of houses?",
        "What is the very first canon of nursing?",
        "What is the safest atmosphere of all for a patient?",
        "What is it that all patients most dread?",
    ]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, ["Pure air", "Pure water", "Efficient drainage", "Cleanliness", "Light"]),
        (1, ["TO KEEP THE AIR HE BREATHES AS PURE AS THE EXTERNAL AIR"]),
        (2, ["a good fire and an open window"]),
        (3, ["Irresolution is what all patients most dread"]),
    ],
)
async def test_the_sample_answers_what_it_suggests_with_a_source(
    ada: Person, number: int, words: list[str]
) -> None:
    question = (await _suggestions(ada))[number]
    reply = await _ask(ada, question)
    assert reply["mode"] == "rag"
    assert re.search(r" \[\d\]", str(reply["message"]))
    assert [word for word in words if word not in str(reply["message"])] == []


async def test_a_registration_without_a_worker_still_succeeds(
    serve: Serve, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clonememoria.first_run.sample.PATIENCE_S", 0.2)
    served: ServedApp = await serve(settings.model_copy(update={"worker_inline": False}))
    person = await register(served.url, "ada@example.org")
    [clone] = await _clones(person.http)
    assert clone["rag_status"] == "initializing"
    assert await _suggestions(person) == []
    await person.http.aclose()


async def test_a_sample_that_fails_costs_nobody_the_account(
    serve: Serve, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = {"Lost": next(iter(DOCUMENTS.values())).with_name("lost.md")}
    monkeypatch.setattr("clonememoria.first_run.sample.DOCUMENTS", missing)
    served = await serve(settings)
    person = await register(served.url, "ada@example.org")
    assert await _clones(person.http) == []
    await person.http.aclose()
