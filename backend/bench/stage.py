"""The product with an owner and documents, beside the fake upstream and the bare relay."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

import httpx2

from bench.processes import Served, bare_relay, fake_upstream, product
from bench.prose import prose
from bench.streams import Source

LIBRARY_CHUNKS: Final = 10_000
# With an overlap of 200, a chunk of 1,000 characters covers so many new ones.
CHARACTERS_PER_CHUNK: Final = 790
DOCUMENT_CHARACTERS: Final = 1_000_000
INGESTION_LIMIT_S: Final = 300
POLL_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Ingested:
    chunks: int
    seconds: float


@dataclass(frozen=True)
class Stage:
    upstream: Served
    relay: Served
    server: Served
    data_dir: Path
    http: httpx2.AsyncClient
    owner_id: UUID
    token: str

    async def new_clone(self, name: str) -> UUID:
        answer = await self.http.post("/api/clones", json={"name": name})
        return UUID(answer.raise_for_status().json()["id"])

    async def ingest(self, clone_id: UUID, characters: int) -> Ingested:
        """Hand over the text as documents and wait until all of them can be asked."""
        documents = f"/api/clones/{clone_id}/documents"
        parts = range(max(1, characters // DOCUMENT_CHARACTERS))
        texts = [prose(characters // len(parts), seed=part) for part in parts]
        started = time.perf_counter()
        for part, text in enumerate(texts):
            form = [("files", (f"part-{part}.txt", text.encode()))]
            (await self.http.post(f"{documents}/upload", files=form)).raise_for_status()
        deadline = started + INGESTION_LIMIT_S
        while time.perf_counter() < deadline:
            chunks = await self._chunks_of_completed(documents)
            if len(chunks) == len(parts):
                return Ingested(sum(chunks), time.perf_counter() - started)
            await asyncio.sleep(POLL_S)
        raise TimeoutError("the documents are not ingested yet, or failed")

    async def _chunks_of_completed(self, documents: str) -> list[int]:
        answer = await self.http.get(documents, params={"status": "completed", "limit": 200})
        return [document["chunk_count"] for document in answer.raise_for_status().json()]

    def relayed(self, model: str) -> Source:
        body = {
            "model": model,
            "stream": True,
            "messages": [{"role": "user", "content": "What did people find in the water?"}],
        }
        return Source(self.relay, "/v1/chat/completions", body)

    async def answered(self, clone_id: UUID, model: str) -> Source:
        """A question to the clone, which the same upstream answers in the same way."""
        settings = {"llm_provider": "openai", "llm_model": model}
        path = f"/api/clones/{clone_id}/settings"
        (await self.http.patch(path, json=settings)).raise_for_status()
        body = {"content": "What did people find in the water?"}
        return Source(self.server, f"/api/chat/{clone_id}/stream", body, self.token)


@asynccontextmanager
async def running_stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        data_dir = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        upstream = await stack.enter_async_context(fake_upstream())
        relay = await stack.enter_async_context(bare_relay(upstream))
        server = await stack.enter_async_context(product(upstream, data_dir))
        http = await stack.enter_async_context(httpx2.AsyncClient(base_url=server.url, timeout=60))
        account = {"email": "bench@example.org", "password": "no secret of anybody"}
        signed_in = (await http.post("/api/auth/register", json=account)).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        owner_id = UUID(signed_in["user"]["id"])
        token = signed_in["access_token"]
        yield Stage(upstream, relay, server, data_dir, http, owner_id, token)


async def library(stage: Stage, chunks: int = LIBRARY_CHUNKS) -> UUID:
    """A clone of about so many chunks, made once for a run."""
    name = f"Library of {chunks} chunks"
    found = (await stage.http.get("/api/clones", params={"search": name})).json()
    if found:
        return UUID(found[0]["id"])
    clone_id = await stage.new_clone(name)
    await stage.ingest(clone_id, chunks * CHARACTERS_PER_CHUNK)
    return clone_id
