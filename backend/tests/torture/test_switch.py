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
from tests.torture.workers import QUICK_WORKER, WorkerProcess, workers_in

PER_SECOND = 10
QUERIES = [f"the number {n * n} of paragraph {n}" for n in range(0, 1000, 97)]
LONG = "\n\n".join(f"Paragraph {n} speaks of the number {n * n}. " * 30 for n in range(2200))
NEW = {"embedding_provider": "openai", "embedding_model": "fake-embed-dim64"}
OLD = {"embedding_provider": "dummy", "embedding_model": "hashed-words-384"}
# Of the provider's batches of 128 two travel at a time, and are stored together.
STEP = 256
MIN_CHUNKS = 2000
PATIENCE_S = 120


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
    known = {"DATABASE_URL": database_url, "EMBEDDINGS_OPENAI_BASE_URL": scene.upstream.base_url}
    async with workers_in(tmp_path, **known) as make:
        worker = make()
        await worker.start(QUICK_WORKER)
        read = await settled(scene.owner, await paste(scene.owner, scene.clone_id, LONG), 120)
        assert read["chunk_count"] >= MIN_CHUNKS
        print(f"\n{read['chunk_count']} chunks")
        old = await scene.ask_each()
        scene.upstream.state.knobs.elat = 700
        await _change_back_midway(scene, old)
        await _change_beside_a_kill(scene, worker, old, chunks=read["chunk_count"])
        await _change_back_afterwards(scene, old)


async def _is_begun(scene: Scene) -> None:
    async def is_begun() -> bool:
        return await scene.new_vectors() >= STEP

    await until(is_begun)


async def _change_back_midway(scene: Scene, old: dict[str, Json]) -> None:
    async with scene.asked_all_the_time() as answers:
        await scene.change(NEW)
        await _is_begun(scene)
        began = time.monotonic()
        assert await scene.change(OLD) is None
        took_s = time.monotonic() - began
        await asyncio.sleep(1)
    _check(answers, old, old)
    print(f"changed back midway in {took_s:.2f} s; {_told(answers)}")


async def _change_beside_a_kill(
    scene: Scene, worker: WorkerProcess, old: dict[str, Json], *, chunks: int
) -> None:
    before = scene.embedded()
    async with scene.asked_all_the_time() as answers:
        await scene.change(NEW)
        await _is_begun(scene)
        await asyncio.sleep(1.5)
        await worker.kill()
        kept = await scene.new_vectors()
        await worker.start(QUICK_WORKER)
        await until(scene.is_settled, PATIENCE_S)
        await asyncio.sleep(1)
    new = await scene.ask_each()
    assert new != old
    share = _check(answers, old, new)
    paid = scene.embedded() - before
    print(f"killed at {kept}; {paid} texts embedded; {_told(answers)}, {share} of them after it")
    # What was on its way when the worker died is paid twice, and each question once.
    assert paid <= chunks + STEP + len(QUERIES)


async def _change_back_afterwards(scene: Scene, old: dict[str, Json]) -> None:
    """And once more: nothing is paid for that was paid for before."""
    new = await scene.ask_each()
    async with scene.asked_all_the_time() as answers:
        began = time.monotonic()
        await scene.change(OLD)
        await until(scene.is_settled, PATIENCE_S)
        took_s = time.monotonic() - began
        await asyncio.sleep(1)
    _check(answers, new, old)
    assert await scene.ask_each() == old
    paid = scene.embedded()
    await scene.change(NEW)
    await until(scene.is_settled, PATIENCE_S)
    assert scene.embedded() == paid
    assert await scene.ask_each() == new
    print(f"changed back afterwards in {took_s:.1f} s, and again for nothing; {_told(answers)}")


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
