"""Another embedding for a clone that is asked all the time, by a worker that is killed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.documents import Json, paste, settled, until
from tests.conftest import Person, Serve, register
from tests.fakes.openai_server import FakeOpenAI, running
from tests.torture.workers import QUICK_WORKER, WorkerProcess

PER_SECOND = 10
QUERIES = [f"the number {n * n} of paragraph {n}" for n in range(0, 1000, 97)]
LONG = "\n\n".join(f"Paragraph {n} speaks of the number {n * n}. " * 30 for n in range(2200))
NEW = {"embedding_provider": "openai", "embedding_model": "fake-embed-dim64"}
OLD = {"embedding_provider": "dummy", "embedding_model": "hashed-words-384"}
# Of the provider's batches of 128 two travel at a time, and are stored together.
STEP = 256
MIN_CHUNKS = 2000


@dataclass
class Answers:
    """What each query found, as often as it was asked; `errors` are what should not be."""

    found: list[tuple[str, Json]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    slowest_s: float = 0.0


@dataclass(frozen=True)
class Scene:
    owner: Person
    clone_id: str
    upstream: FakeOpenAI
    superuser: asyncpg.Connection

    async def change(self, embedding: dict[str, str]) -> Json:
        answer = await self.owner.http.patch(self._settings, json=embedding)
        assert answer.status_code == 200, answer.text
        return answer.json()["reembedding"]

    async def is_settled(self) -> bool:
        return bool((await self.owner.http.get(self._settings)).json()["reembedding"] is None)

    @property
    def _settings(self) -> str:
        return f"/api/clones/{self.clone_id}/settings"

    async def new_vectors(self) -> int:
        query = "select count(*) from chunk_embeddings join embedding_spaces s on s.id = space_id"
        return int(await self.superuser.fetchval(f"{query} where s.model = $1", "fake-embed-dim64"))

    def embedded(self) -> int:
        return int(self.upstream.state.counts["embedded"])

    async def ask(self, query: str, answers: Answers) -> None:
        began = time.monotonic()
        url = f"/api/clones/{self.clone_id}/search"
        answer = await self.owner.http.post(url, json={"query": query})
        answers.slowest_s = max(answers.slowest_s, time.monotonic() - began)
        body = answer.json()
        if answer.status_code != 200 or body["degraded"] or not body["results"]:
            answers.errors.append(answer.text[:200])
        else:
            answers.found.append((query, body["results"]))

    async def ask_each(self) -> dict[str, Json]:
        answers = Answers()
        for query in QUERIES:
            await self.ask(query, answers)
        assert not answers.errors
        return dict(answers.found)

    @asynccontextmanager
    async def asked_all_the_time(self) -> AsyncIterator[Answers]:
        answers, questions = Answers(), set[asyncio.Task[None]]()

        async def ask() -> None:
            number = 0
            while True:
                query = QUERIES[number % len(QUERIES)]
                questions.add(asyncio.create_task(self.ask(query, answers)))
                await asyncio.sleep(1 / PER_SECOND)
                number += 1

        asking = asyncio.create_task(ask())
        try:
            yield answers
        finally:
            asking.cancel()
            await asyncio.wait({asking, *questions})


@pytest.fixture
async def scene(
    serve: Serve, settings: Settings, superuser: asyncpg.Connection
) -> AsyncIterator[Scene]:
    async with running() as upstream:
        used = {"worker_inline": False, "embeddings_openai_base_url": upstream.base_url}
        app = await serve(settings.model_copy(update=used))
        owner = await register(app.url, "ada@example.org")
        yield Scene(owner, await create_clone(owner), upstream, superuser)
        await owner.http.aclose()


@pytest.mark.torture
async def test_a_clone_answers_ten_times_a_second_while_its_embedding_changes(
    scene: Scene, database_url: str, tmp_path: Path
) -> None:
    worker = WorkerProcess(
        tmp_path / "worker",
        DATABASE_URL=database_url,
        EMBEDDINGS_OPENAI_BASE_URL=scene.upstream.base_url,
    )
    await worker.start(QUICK_WORKER)
    read = await settled(scene.owner, await paste(scene.owner, scene.clone_id, LONG), 120)
    count = read["chunk_count"]
    assert count >= MIN_CHUNKS
    old = await scene.ask_each()
    scene.upstream.state.knobs.elat = 700

    async def is_begun() -> bool:
        return await scene.new_vectors() >= STEP

    async with scene.asked_all_the_time() as answers:
        await scene.change(NEW)
        await until(is_begun)
        began = time.monotonic()
        assert await scene.change(OLD) is None
        back_s = time.monotonic() - began
        await asyncio.sleep(1)
    _check(answers, old, {})
    print(f"\n{count} chunks; changed back midway in {back_s:.2f} s; {_told(answers)}")

    before = scene.embedded()
    async with scene.asked_all_the_time() as answers:
        await scene.change(NEW)
        await until(is_begun)
        await asyncio.sleep(1.5)
        await worker.kill()
        kept = await scene.new_vectors()
        await worker.start(QUICK_WORKER)
        await until(scene.is_settled, 120)
        paid = scene.embedded() - before
        await asyncio.sleep(1)
    new = await scene.ask_each()
    assert new != old
    switched = _check(answers, old, new)
    # What was on its way when the worker died is paid twice; so is a question, once.
    assert paid <= count + STEP + len(QUERIES)
    print(
        f"killed at {kept} vectors; {paid} texts embedded; {_told(answers)}, {switched} of them new"
    )

    async with scene.asked_all_the_time() as answers:
        began = time.monotonic()
        await scene.change(OLD)
        await until(scene.is_settled, 120)
        back_s = time.monotonic() - began
        await asyncio.sleep(1)
    _check(answers, new, old)
    assert await scene.ask_each() == old
    print(f"changed back afterwards in {back_s:.1f} s; {_told(answers)}")

    before = scene.embedded()
    await scene.change(NEW)
    await until(scene.is_settled, 120)
    assert scene.embedded() == before
    assert await scene.ask_each() == new
    await worker.stop()


def _check(answers: Answers, before: dict[str, Json], after: dict[str, Json]) -> int:
    """Each answer is wholly of one space; return how many are of the second."""
    assert not answers.errors, answers.errors[:3]
    mixed = [
        query for query, found in answers.found if found not in (before[query], after.get(query))
    ]
    assert not mixed
    assert len(answers.found) > PER_SECOND
    return sum(found == after.get(query) for query, found in answers.found)


def _told(answers: Answers) -> str:
    return f"{len(answers.found)} answers, 0 errors, the slowest after {answers.slowest_s:.2f} s"
