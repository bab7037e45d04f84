"""What was acknowledged survives kill -9 of the product and of its Postgres, and exists once."""

import asyncio
import contextlib
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psutil
import pytest

from tests.eventually import eventually
from tests.torture.product import Product

WRITERS = 4
# Every acknowledged document is completed, every reply over, this long after the last crash.
SETTLING_S = 90


@dataclass
class Acknowledged:
    documents: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    keys: Counter[str] = field(default_factory=Counter)


@pytest.mark.parametrize("cycles", [pytest.param(2), pytest.param(40, marks=pytest.mark.torture)])
@pytest.mark.parametrize("victim", ["product", "postgres"])
async def test_nothing_acknowledged_is_lost_or_doubled(
    tmp_path: Path, cycles: int, victim: str
) -> None:
    product = Product(tmp_path)
    await product.start()
    http = await product.sign_up()
    clone = (await http.post("/api/clones", json={"name": "Survivor"})).json()["id"]
    acknowledged, stop = Acknowledged(), asyncio.Event()
    writers = [
        asyncio.create_task(_write(product, http, clone, acknowledged=acknowledged, stop=stop))
        for _ in range(WRITERS)
    ]
    for _ in range(cycles):
        await asyncio.sleep(random.uniform(0.5, 1.5))
        if victim == "product":
            product.kill()
            await product.start()
        else:
            await _kill_postmaster(tmp_path)
    await asyncio.sleep(3)
    stop.set()
    await asyncio.gather(*writers)

    documents = await _settled_documents(product, http, clone)
    replies = await _settled_replies(product, http)
    await http.aclose()
    await product.stop()

    assert acknowledged.documents
    assert acknowledged.messages
    print(f"{len(acknowledged.documents)} documents, {len(acknowledged.messages)} messages")
    assert set(acknowledged.documents) <= {d["id"] for d in documents}
    assert {d["status"] for d in documents} == {"completed"}
    assert Counter(d["title"] for d in documents).most_common(1)[0][1] == 1
    assert set(acknowledged.messages) <= {m["id"] for m in replies}
    assert {m["status"] for m in replies} <= {"complete", "interrupted", "failed"}
    assert acknowledged.keys.most_common(1)[0][1] == 1


async def _write(
    product: Product,
    http: httpx2.AsyncClient,
    clone: str,
    *,
    acknowledged: Acknowledged,
    stop: asyncio.Event,
) -> None:
    """Each request is sent again with its key until it is answered, as a careful client does."""
    while not stop.is_set():
        key = str(uuid4())
        text = {"title": key, "content": f"The password of {key} is known to nobody."}
        answer = await _insist(product, http, f"/api/clones/{clone}/documents", text)
        # 409: the first try was stored, and its answer fell to the crash.
        found = answer.json()
        acknowledged.documents.append(found.get("id") or found["document_id"])
        ask = {"content": "What is the password?", "client_message_id": key}
        answer = await _insist(product, http, f"/api/chat/{clone}", ask)
        reply = answer.json()
        if message_id := reply.get("message_id"):
            acknowledged.messages.append(message_id)
            acknowledged.keys[key] += 1


async def _insist(
    product: Product, http: httpx2.AsyncClient, path: str, body: dict[str, str]
) -> httpx2.Response:
    while True:
        try:
            answer = await http.post(f"{product.url}{path}", json=body)
        except httpx2.TransportError:
            await asyncio.sleep(0.1)
            continue
        # A reply that the crash interrupted is 503 with its message_id: it is over.
        if answer.status_code < 500 or "message_id" in answer.json():
            assert answer.status_code in (200, 201, 409, 503), answer.text
            return answer
        assert answer.status_code == 503, answer.text
        await asyncio.sleep(0.1)


async def _settled_documents(
    product: Product, http: httpx2.AsyncClient, clone: str
) -> list[dict[str, Any]]:
    url = f"{product.url}/api/clones/{clone}/documents"
    async with asyncio.timeout(SETTLING_S):
        while True:
            found = await _all(http, url)
            if all(d["status"] not in ("pending", "processing") for d in found):
                return found
            await asyncio.sleep(0.5)


async def _settled_replies(product: Product, http: httpx2.AsyncClient) -> list[dict[str, Any]]:
    async with asyncio.timeout(SETTLING_S):
        while True:
            conversations = await _all(http, f"{product.url}/api/conversations")
            replies = []
            for conversation in conversations:
                url = f"{product.url}/api/conversations/{conversation['id']}"
                messages = (await http.get(url)).json()["messages"]
                replies += [m for m in messages if m["role"] == "assistant"]
            if all(m["status"] != "streaming" for m in replies):
                return replies
            await asyncio.sleep(2)


async def _all(http: httpx2.AsyncClient, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := (await http.get(url, params={"limit": 200, "offset": len(found)})).json():
        found += page
    return found


async def _kill_postmaster(folder: Path) -> None:
    """As soon as there is one again: the product starts it anew after the last kill."""
    pid_file = folder / "data" / "postgres" / "postmaster.pid"

    async def pid() -> list[str]:
        return pid_file.read_text().splitlines()[:1] if pid_file.is_file() else []

    (found,) = await eventually(pid, bool, within_s=SETTLING_S)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(found)).send_signal(signal.SIGKILL)
