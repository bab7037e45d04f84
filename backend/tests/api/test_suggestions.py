"""What a clone offers to be asked: made from what this reader may see, and found again."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import Select, select

from clonememoria.core.db import Database
from clonememoria.knowledge.documents import add_document, pasted
from clonememoria.models import Clone, Document
from tests.api.clones import create_clone
from tests.conftest import Person

SHIPPING = "There are three ways to ship a parcel: by post, by courier, or by collection."
PRICES = "The express parcel costs 12 EUR. It is for our closest friends."

Learn = Callable[..., Awaitable[None]]


@pytest.fixture
def learn(database: Database, ada: Person) -> Learn:
    """Give a clone of Ada's a text, and wait until it is ready."""

    async def learn(clone_id: str, text: str, *, visibility: str = "public") -> None:
        async with database.as_user(ada.id) as session:
            clone = await session.get_one(Clone, UUID(clone_id))
            document = await add_document(
                session, clone, await pasted(text), title="A note", visibility=visibility
            )
        query = select(Document.status).where(Document.id == document.id)
        for _ in range(200):
            if await _value(database, ada, query) == "completed":
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the document was not ready in time")

    return learn


async def _value(database: Database, owner: Person, query: Select[str]) -> str | None:
    async with database.as_user(owner.id) as session:
        status: str | None = await session.scalar(query)
        return status


async def _suggested(person: Person, clone_id: str) -> list[str]:
    answer = await person.http.get(f"/api/clones/{clone_id}/suggestions")
    assert answer.status_code == 200, answer.text
    questions: list[str] = answer.json()
    return questions


async def test_a_clone_without_documents_suggests_nothing(ada: Person) -> None:
    assert await _suggested(ada, await create_clone(ada)) == []


async def test_suggestions_follow_the_documents(
    ada: Person, learn: Learn, superuser: asyncpg.Connection
) -> None:
    clone = await create_clone(ada)
    await learn(clone, SHIPPING)
    assert await _suggested(ada, clone) == ["What are the three ways to ship a parcel?"]
    await learn(clone, PRICES)
    assert await _suggested(ada, clone) == [
        "What are the three ways to ship a parcel?",
        "How much does the express parcel cost?",
    ]
    await superuser.execute(
        "delete from documents where id in"
        " (select document_id from chunks where content like 'There are%')"
    )
    assert await _suggested(ada, clone) == ["How much does the express parcel cost?"]


async def test_a_private_document_suggests_nothing_to_readers(
    ada: Person, bob: Person, learn: Learn
) -> None:
    clone = await create_clone(ada, is_published=True)
    await learn(clone, SHIPPING, visibility="private")
    await learn(clone, PRICES)
    assert await _suggested(bob, clone) == ["How much does the express parcel cost?"]
    assert len(await _suggested(ada, clone)) == 2


async def test_a_clone_that_does_not_search_suggests_nothing(
    ada: Person, learn: Learn, superuser: asyncpg.Connection
) -> None:
    clone = await create_clone(ada)
    await learn(clone, SHIPPING)
    await superuser.execute("update clones set rag_enabled = false")
    assert await _suggested(ada, clone) == []


async def test_somebody_elses_private_clone_looks_like_not_there(ada: Person, bob: Person) -> None:
    clone = await create_clone(ada)
    for unknown in (clone, str(uuid4())):
        answer = await bob.http.get(f"/api/clones/{unknown}/suggestions")
        assert (answer.status_code, answer.json()["code"]) == (404, "clone_not_found")


async def test_suggestions_are_for_people_who_are_logged_in(ada: Person) -> None:
    clone = await create_clone(ada, is_published=True)
    answer = await ada.http.get(
        f"/api/clones/{clone}/suggestions", headers={"Authorization": "Bearer no"}
    )
    assert answer.status_code == 401
