"""The product with an owner and documents, beside the fake upstream and the bare relay."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import httpx2

from bench.processes import SERVE, Served, bare_relay, fake_upstream, product
from bench.prose import prose
from bench.streams import Source

LIBRARY_CHUNKS: Final = 10_000
# With an overlap of 200, a chunk of 1,000 characters covers so many new ones.
CHARACTERS_PER_CHUNK: Final = 790
DOCUMENT_CHARACTERS: Final = 1_000_000
INGESTION_LIMIT_S: Final = 600
POLL_S: Final = 0.25

# What the API answers: its shape is looked at where it is read.
Json = Any


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

    async def new_clone(self, name: str, **settings: str) -> UUID:
        answer = await self.http.post("/api/clones", json={"name": name, **settings})
        return UUID(answer.raise_for_status().json()["id"])

    async def ingest(self, clone_id: UUID, files: Mapping[str, bytes]) -> Ingested:
        """Hand over the files one by one and wait until all of them can be asked."""
        started = datetime.now(UTC)
        for name, data in files.items():
            await self.upload(clone_id, name, data)
        documents = await self.settled(clone_id)
        if refused := [d["error_message"] for d in documents if d["status"] != "completed"]:
            raise RuntimeError(f"a document failed: {refused[0]}")
        chunks = sum(document["chunk_count"] for document in documents)
        # By the same clock: to ask more often for the end would put it off.
        ended = max(datetime.fromisoformat(document["updated_at"]) for document in documents)
        return Ingested(chunks, (ended - started).total_seconds())

    async def upload(self, clone_id: UUID, name: str, data: bytes) -> None:
        answer = await self.http.post(
            f"/api/clones/{clone_id}/documents/upload", files=[("files", (name, data))]
        )
        answer.raise_for_status()

    async def settled(self, clone_id: UUID, *, poll_s: float = POLL_S) -> Sequence[Json]:
        """The documents of the clone when none of them is being processed any more."""
        deadline = time.perf_counter() + INGESTION_LIMIT_S
        while time.perf_counter() < deadline:
            answer = await self.http.get(f"/api/clones/{clone_id}/documents", params={"limit": 200})
            documents: list[Json] = answer.raise_for_status().json()
            if not any(d["status"] in {"pending", "processing"} for d in documents):
                return documents
            await asyncio.sleep(poll_s)
        raise TimeoutError("the documents are still being processed")

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
async def running_stage(*, command: Sequence[str] = SERVE, **settings: str) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        data_dir = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        upstream = await stack.enter_async_context(fake_upstream())
        relay = await stack.enter_async_context(bare_relay(upstream))
        server = await stack.enter_async_context(
            product(upstream, data_dir, command=command, settings=settings)
        )
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
    await stage.ingest(clone_id, texts(chunks * CHARACTERS_PER_CHUNK))
    return clone_id


def texts(characters: int) -> Mapping[str, bytes]:
    """So much prose as files of a megabyte, by their names."""
    parts = range(max(1, characters // DOCUMENT_CHARACTERS))
    return {f"part-{n}.txt": prose(characters // len(parts), seed=n).encode() for n in parts}
