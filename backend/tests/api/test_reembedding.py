"""Another embedding for a clone: the old vectors serve until the new ones are complete."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from clonememoria.core.config import Settings
from clonememoria.knowledge.queue import requeue_orphans
from tests.api import scenes
from tests.api.clones import create_clone
from tests.api.documents import Json, paste, read, settled, until, url_of
from tests.conftest import Serve, register
from tests.eventually import eventually
from tests.fakes.openai_server import running

# 600 of them are two steps and more: the fake's batches are of 128, and two travel at a time.
LONG = "\n\n".join(f"Paragraph {n} speaks of the number {n * n}. " * 20 for n in range(600))
NEW = {"embedding_provider": "openai", "embedding_model": "fake-embed-dim64"}
OLD = {"embedding_provider": "dummy", "embedding_model": "hashed-words-384"}
EMBEDDINGS = "/v1/embeddings"


class Scene(scenes.Scene):
    """Eve's clone, and the second provider; `work` runs a worker while it is open."""

    async def rag_status(self) -> str:
        return str((await self.eve.http.get(f"/api/clones/{self.clone_id}")).json()["rag_status"])

    async def search(self, query: str = "number 81", mode: str = "hybrid") -> Json:
        url = f"/api/clones/{self.clone_id}/search"
        answer = await self.eve.http.post(url, json={"query": query, "mode": mode})
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def scene(
    serve: Serve, settings: Settings, superuser: asyncpg.Connection
) -> AsyncIterator[Scene]:
    async with running() as upstream:
        settings = settings.model_copy(
            update={
                "worker_inline": False,
                "embeddings_openai_base_url": upstream.base_url,
                "provider_circuit_open_s": 0.3,
            }
        )
        app = await serve(settings)
        eve = await register(app.url, "eve@example.org")
        clone_id = await create_clone(eve)
        yield Scene(eve, clone_id, app, upstream, superuser)
        await eve.http.aclose()


async def chunks_after_reading(scene: Scene, text: str = LONG) -> int:
    async with scene.work():
        return int((await read(scene.eve, scene.clone_id, text))["chunk_count"])


def embedded(scene: Scene) -> int:
    return scene.upstream.state.counts["embedded"]


async def half_done(scene: Scene) -> None:
    """Wait for the first new vectors."""

    async def has_begun() -> bool:
        return "fake-embed-dim64" in await scene.vectors()

    await until(has_begun)


async def asked_until(scene: Scene, is_over: Callable[[], Awaitable[bool]]) -> list[Json]:
    """All answers to a question that is asked again and again."""
    answers = []
    async with asyncio.timeout(30):
        while not await is_over():
            answers.append(await scene.search())
    return answers


async def test_the_old_vectors_serve_until_the_new_ones_are_complete(scene: Scene) -> None:
    count = await chunks_after_reading(scene)
    scene.upstream.state.knobs.elat = 100
    answer = await scene.change(NEW)
    assert {name: answer[name] for name in NEW} == NEW
    assert answer["reembedding"] == {
        "serving_provider": "dummy",
        "serving_model": "hashed-words-384",
        "progress_percentage": 0,
        "error_message": None,
    }
    assert await scene.rag_status() == "maintenance"
    old = await scene.search()
    async with scene.work():
        answers = await asked_until(scene, scene.is_settled)
    assert len(answers) > 3
    new = await scene.search()
    assert old["results"][0]["dense_score"] != new["results"][0]["dense_score"]
    for found in [old, new, *answers]:
        assert found["degraded"] == []
        assert any(result["dense_rank"] for result in found["results"])
        # Wholly from the one space or wholly from the other.
        assert found["results"] in (old["results"], new["results"])
    assert await scene.vectors() == {"fake-embed-dim64": count}
    assert await scene.rag_status() == "ready"


async def test_the_new_vectors_are_those_that_a_new_reading_makes(scene: Scene) -> None:
    async with scene.work():
        text = "# Bees\n\nA queen lays eggs.\n\n## Wax\n\nWax is made in summer."
        document = await read(scene.eve, scene.clone_id, text)
        await scene.change(NEW)
        await until(scene.is_settled)
        changed = await scene.search("wax", "dense")
        await scene.eve.http.post(f"{url_of(document)}/reprocess")
        await settled(scene.eve, document)
        anew = await scene.search("wax", "dense")
    scores = [[found["dense_score"] for found in ways["results"]] for ways in (changed, anew)]
    assert scores[0] == scores[1]


async def test_documents_are_not_touched_by_the_change(scene: Scene) -> None:
    async with scene.work():
        document = await read(scene.eve, scene.clone_id)
        await scene.change(NEW)
        await until(scene.is_settled)
    assert (await scene.eve.http.get(url_of(document))).json() == document


async def test_a_clone_without_documents_switches_at_once(scene: Scene) -> None:
    assert (await scene.change(NEW))["reembedding"] is None
    assert await scene.rag_status() == "pending"
    async with scene.work():
        await read(scene.eve, scene.clone_id)
    assert set(await scene.vectors()) == {"fake-embed-dim64"}


async def test_a_worker_goes_on_where_another_was_stopped(scene: Scene) -> None:
    count = await chunks_after_reading(scene)
    scene.upstream.state.knobs.elat = 150
    await scene.change(NEW)
    async with scene.work():
        await half_done(scene)
    stored = (await scene.vectors())["fake-embed-dim64"]
    assert 0 < stored < count
    assert 0 < (await scene.change_now())["progress_percentage"] < 100
    scene.upstream.state.knobs.elat = 0
    before = embedded(scene)
    async with scene.work():
        await until(scene.is_settled)
    assert embedded(scene) - before == count - stored
    assert await scene.vectors() == {"fake-embed-dim64": count}


async def test_a_change_whose_worker_died_with_its_job_is_taken_up_again(scene: Scene) -> None:
    await chunks_after_reading(scene, "Short.")
    await scene.change(NEW)
    database = scene.app.app.state.database
    assert await requeue_orphans(database) == 0
    await scene.superuser.execute("delete from pgqueuer")
    await scene.superuser.execute("update reembeddings set updated_at = now() - interval '1 hour'")
    assert await requeue_orphans(database) == 1
    async with scene.work():
        await until(scene.is_settled)
    assert set(await scene.vectors()) == {"fake-embed-dim64"}


async def test_a_provider_that_fails_leaves_the_old_vectors_serving(scene: Scene) -> None:
    await chunks_after_reading(scene, "Bees are busy.")
    scene.upstream.state.knobs.fault = "500"
    await scene.change(NEW)

    async def is_given_up() -> bool:
        return (await scene.change_now())["error_message"] is not None

    async with scene.work():
        await until(is_given_up)
        found = await scene.search("bees")
        assert (found["degraded"], found["results"][0]["dense_rank"]) == ([], 1)
        assert await scene.rag_status() == "ready"
        # Sent once more it is tried once more.
        scene.upstream.state.knobs.fault = ""
        assert (await scene.change(NEW))["reembedding"]["error_message"] is None
        await until(scene.is_settled)
    assert set(await scene.vectors()) == {"fake-embed-dim64"}


async def test_a_change_outlasts_a_provider_that_is_down_for_a_while(scene: Scene) -> None:
    await chunks_after_reading(scene)
    await scene.change(NEW)
    # More than are forgiven in a row, with successes between.
    scene.upstream.state.plan_faults(["ok", "ok", "500", "500"] * 3, path=EMBEDDINGS)
    async with scene.work():
        await until(scene.is_settled)
    assert set(await scene.vectors()) == {"fake-embed-dim64"}


async def test_a_model_that_does_not_exist_is_said_at_once(scene: Scene) -> None:
    await chunks_after_reading(scene, "Bees are busy.")
    scene.upstream.state.plan_faults(["404"], path=EMBEDDINGS)
    await scene.change(NEW)

    async def is_said() -> bool:
        return "does not have this model" in str((await scene.change_now())["error_message"])

    async with scene.work():
        await until(is_said)
    assert await scene.rag_status() == "ready"


async def test_changing_back_is_instant(scene: Scene) -> None:
    count = await chunks_after_reading(scene)
    scene.upstream.state.knobs.elat = 150
    await scene.change(NEW)
    async with scene.work():
        await half_done(scene)
        assert (await scene.change(OLD))["reembedding"] is None
        assert await scene.rag_status() == "ready"
        assert await scene.vectors() == {"hashed-words-384": count}
        # What was on its way comes too late.
        await asyncio.sleep(0.6)
        assert await scene.vectors() == {"hashed-words-384": count}
        assert (await scene.search())["results"][0]["dense_rank"]


async def test_of_two_changes_the_newest_wins(scene: Scene) -> None:
    count = await chunks_after_reading(scene)
    scene.upstream.state.knobs.elat = 100
    await scene.change(NEW)
    async with scene.work():
        await half_done(scene)
        await scene.change(NEW | {"embedding_model": "fake-embed-dim32"})
        await until(scene.is_settled)
    assert await scene.vectors() == {"fake-embed-dim32": count}


async def test_the_same_change_sent_twice_does_not_start_anew(scene: Scene) -> None:
    count = await chunks_after_reading(scene)
    scene.upstream.state.knobs.elat = 100
    await scene.change(NEW)
    async with scene.work():
        await half_done(scene)
        await scene.change(NEW)
        await until(scene.is_settled)
    assert embedded(scene) == count


async def test_a_change_while_a_document_is_read_ends_in_the_wanted_space(scene: Scene) -> None:
    scene.upstream.state.knobs.elat = 400
    await scene.change(NEW)
    async with scene.work():
        document = await paste(scene.eve, scene.clone_id, LONG)

        async def is_embedding() -> bool:
            return bool((await scene.eve.http.get(url_of(document))).json()["stage"] == "embedding")

        await until(is_embedding)
        # Nothing is stored yet: the switch is instant, and overtakes the vectors on their way.
        assert (await scene.change(OLD))["reembedding"] is None
        count = (await settled(scene.eve, document))["chunk_count"]
        # What was stored for the space before was never shown, and goes behind.
        vectors = {"hashed-words-384": count}
        await eventually(scene.vectors, lambda stored: stored == vectors)
    assert (await scene.search(mode="dense"))["results"]


async def test_documents_read_during_a_change_are_found_before_and_after(scene: Scene) -> None:
    await chunks_after_reading(scene)
    scene.upstream.state.knobs.elat = 300
    await scene.change(NEW)
    async with scene.work():
        await half_done(scene)
        bees = await read(scene.eve, scene.clone_id, "Bees are busy.")
        assert await scene.change_now()
        before = await scene.search("bees", "dense")
        await until(scene.is_settled)
        after = await scene.search("bees", "dense")
    for found in (before, after):
        assert found["results"][0]["document_id"] == bees["id"]
    assert set(await scene.vectors()) == {"fake-embed-dim64"}


async def test_a_question_on_its_way_during_the_switch_finds_the_new_vectors(scene: Scene) -> None:
    await scene.change(NEW)
    await chunks_after_reading(scene, "Bees are busy.")
    scene.upstream.state.plan_faults(["slow:1500"], path=EMBEDDINGS)
    on_its_way = asyncio.create_task(scene.search("bees", "dense"))
    async with scene.work():
        await scene.change(OLD)
        await until(scene.is_settled)
    assert not on_its_way.done()
    found = await on_its_way
    assert (found["degraded"], found["results"][0]["dense_rank"]) == ([], 1)
