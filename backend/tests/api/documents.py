"""Giving documents to clones, and waiting for them, for tests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from tests.conftest import Person

HOURS = "The practice is open from 8 to 12 on weekdays. On Saturdays it is closed."

# The JSON of the API: its shape is what the tests look at.
Json = Any


def documents_url(clone_id: str) -> str:
    return f"/api/clones/{clone_id}/documents"


def url_of(document: Json) -> str:
    return f"{documents_url(document['clone_id'])}/{document['id']}"


async def paste(owner: Person, clone_id: str, content: str = HOURS, **fields: object) -> Json:
    body = {"title": "Opening hours", "content": content, **fields}
    answer = await owner.http.post(documents_url(clone_id), json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def upload(owner: Person, clone_id: str, *files: tuple[str, bytes]) -> httpx2.Response:
    form = [("files", (name, data)) for name, data in files]
    return await owner.http.post(f"{documents_url(clone_id)}/upload", files=form)


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.03)


async def settled(owner: Person, document: Json, within_s: float = 30) -> Json:
    """The document with its content, when it is no longer being processed."""
    async with asyncio.timeout(within_s):
        while True:
            found = (await owner.http.get(url_of(document))).json()
            if found["status"] not in ("pending", "processing"):
                return found
            await asyncio.sleep(0.03)


async def read(owner: Person, clone_id: str, content: str = HOURS, **fields: object) -> Json:
    """A pasted document that is completed."""
    document = await settled(owner, await paste(owner, clone_id, content, **fields))
    assert document["status"] == "completed", document["error_message"]
    return document


async def chunks_of(owner: Person, document: Json) -> Json:
    return (await owner.http.get(f"{url_of(document)}/chunks?limit=200")).json()


async def found_by(owner: Person, clone_id: str, query: str) -> list[str]:
    """The ids of the documents that a search finds."""
    url = f"/api/clones/{clone_id}/search"
    answer = await owner.http.post(url, json={"query": query, "mode": "lexical"})
    assert answer.status_code == 200, answer.text
    return [result["document_id"] for result in answer.json()["results"]]
