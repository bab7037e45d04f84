"""Documents over HTTP: pasted, uploaded, listed, changed, replaced, downloaded, deleted."""

import asyncio
from typing import Any

import asyncpg
import httpx2
from tests.api.clones import create_clone
from tests.conftest import Person

HOURS = "The practice is open from 8 to 12 on weekdays. On Saturdays it is closed."


def documents_url(clone_id: str) -> str:
    return f"/api/clones/{clone_id}/documents"


async def paste(owner: Person, clone_id: str, content: str = HOURS, **fields: object) -> Any:
    body = {"title": "Opening hours", "content": content, **fields}
    answer = await owner.http.post(documents_url(clone_id), json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def settled(owner: Person, document: dict[str, Any], within_s: float = 20) -> Any:
    """The document when it is no longer being processed, with its content."""
    url = f"{documents_url(document['clone_id'])}/{document['id']}"
    async with asyncio.timeout(within_s):
        while True:
            found = (await owner.http.get(url)).json()
            if found["status"] not in ("pending", "processing"):
                return found
            await asyncio.sleep(0.03)


async def chunks_of(owner: Person, document: dict[str, Any]) -> Any:
    url = f"{documents_url(document['clone_id'])}/{document['id']}/chunks"
    return (await owner.http.get(url)).json()


async def test_a_pasted_text_becomes_chunks_with_exact_offsets(ada: Person) -> None:
    clone_id = await create_clone(ada)
    text = "\n\n".join(f"# Part {n}\n\n" + "Zürich – 東京, naïve café. " * 60 for n in range(8))
    pending = await paste(ada, clone_id, text)
    assert (pending["status"], pending["stage"], pending["progress_percentage"]) == (
        "pending",
        "queued",
        0,
    )
    document = await settled(ada, pending)
    chunks = await chunks_of(ada, document)
    assert document["status"] == "completed", document["error_message"]
    assert document["progress_percentage"] == 100
    assert document["chunk_count"] == len(chunks) > 8
    assert [chunk["chunk_index"] for chunk in chunks] == list(range(len(chunks)))
    for chunk in chunks:
        assert chunk["content"] == document["content"][chunk["char_start"] : chunk["char_end"]]
