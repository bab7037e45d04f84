"""A clone's memory from its preparation to its removal, over HTTP and with real workers."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network

import asyncpg
import httpx2
import pytest

from clonememoria.core.config import Settings
from clonememoria.knowledge.builds import remove_abandoned_builds
from clonememoria.knowledge.forgetting import FORGOTTEN
from clonememoria.knowledge.queue import requeue_orphans
from tests.api import scenes
from tests.api.clones import create_clone
from tests.api.documents import (
    HOURS,
    Json,
    found_by,
    paste,
    read,
    settled,
    until,
    upload,
    url_of,
)
from tests.conftest import Serve, register
from tests.fakes.openai_server import running
from tests.fakes.site import running as running_site

OPENAI = {"embedding_provider": "openai", "embedding_model": "fake-embed-dim64"}
DUMMY = {"embedding_provider": "dummy", "embedding_model": "hashed-words-384"}
SUBJECT = {"domain_name": "health-wellness", "context": "A village practice."}
LONG = "\n\n".join(f"Paragraph {n} speaks of the number {n * n}. " * 20 for n in range(300))


class Scene(scenes.Scene):
    """Eve's clone; `work` runs a worker while it is open, and otherwise there is none."""

    async def initialize(self, **fields: object) -> httpx2.Response:
        url = f"/api/rag/initialize/{self.clone_id}"
        return await self.eve.http.post(url, json=SUBJECT | fields)

    async def process(self) -> httpx2.Response:
        return await self.eve.http.post(f"/api/rag/documents/process/{self.clone_id}")

    async def clean_up(self) -> Json:
        answer = await self.eve.http.delete(f"/api/rag/cleanup/{self.clone_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def status(self) -> Json:
        answer = await self.eve.http.get(f"/api/rag/status/{self.clone_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def reach(self, rag_status: str) -> Json:
        async def is_reached() -> bool:
            return bool((await self.status())["rag_status"] == rag_status)

        await until(is_reached)
        return await self.status()

    async def rows(self, table: str) -> int:
        return int(await self.superuser.fetchval(f"select count(*) from {table}"))

    async def lose_jobs(self) -> None:
        """As a database crash does, an hour ago."""
        await self.superuser.execute("delete from pgqueuer")
        for table in ("clones", "documents"):
            await self.superuser.execute(f"update {table} set updated_at = now() - interval '1 h'")


@pytest.fixture
async def scene(
    serve: Serve, settings: Settings, superuser: asyncpg.Connection
) -> AsyncIterator[Scene]:
    async with running() as upstream:
        settings = settings.model_copy(
            update={
                "worker_inline": False,
                "embeddings_openai_base_url": upstream.base_url,
                "url_allowed_networks": [ip_network("127.0.0.1/32")],
            }
        )
        app = await serve(settings)
        eve = await register(app.url, "eve@example.org")
        clone_id = await create_clone(eve)
        yield Scene(eve, clone_id, app, upstream, superuser)
        await eve.http.aclose()


async def test_a_new_clone_is_prepared_by_itself(scene: Scene) -> None:
    assert await scene.status() == {
        "clone_id": scene.clone_id,
        "rag_enabled": True,
        "rag_status": "pending",
        "expert_name": "Dr. Heart",
        "domain_name": "other",
        "documents": {"total": 0, "completed": 0, "failed": 0, "processing": 0},
        "progress_percentage": 0,
        "last_processed_at": None,
        "error_message": None,
    }
    async with scene.work():
        ready = await scene.reach("ready")
    assert ready["progress_percentage"] == 100


async def test_a_clone_is_made_also_where_no_job_can_be_stored(scene: Scene) -> None:
    await scene.superuser.execute("alter table pgqueuer rename to away")
    made = await create_clone(scene.eve, slug_name="Second")
    await scene.superuser.execute("alter table away rename to pgqueuer")
    await scene.lose_jobs()
    assert await requeue_orphans(scene.app.app.state.database) == 2
    async with scene.work():

        async def is_ready() -> bool:
            clone = await scene.eve.http.get(f"/api/clones/{made}")
            return bool(clone.json()["rag_status"] == "ready")

        await until(is_ready)


async def test_a_memory_that_is_off_begins_when_somebody_asks_for_it(scene: Scene) -> None:
    clone_id = await create_clone(scene.eve, slug_name="Off", enable_rag=False)
    off = Scene(scene.eve, clone_id, scene.app, scene.upstream, scene.superuser)
    document = await paste(scene.eve, clone_id)
    assert (await off.status())["rag_status"] == "disabled"
    refused = await off.process()
    assert (refused.status_code, refused.json()["code"]) == (400, "rag_not_initialized")

    begun = await off.initialize(expert_name="Dr. Ada Winter")
    assert begun.status_code == 200, begun.text
    body = begun.json()
    assert (body["success"], body["data"]["rag_status"]) == (True, "initializing")
    assert body["timestamp"].endswith("Z")
    async with scene.work():
        await settled(scene.eve, document)
        state = await off.reach("ready")
    assert (state["expert_name"], state["domain_name"]) == ("Dr. Ada Winter", "health-wellness")
    assert state["documents"] == {"total": 1, "completed": 1, "failed": 0, "processing": 0}
    assert state["last_processed_at"] is not None


async def test_an_initialization_joins_the_one_that_began_by_itself(scene: Scene) -> None:
    await paste(scene.eve, scene.clone_id)
    assert (await scene.status())["rag_status"] == "initializing"
    assert (await scene.initialize()).status_code == 200


async def test_of_two_initializations_at_once_one_is_refused(scene: Scene) -> None:
    answers = await asyncio.gather(*(scene.initialize() for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    codes = {a.json()["code"] for a in answers if a.status_code == 409}
    assert codes == {"already_initializing"}
    async with scene.work():
        await scene.reach("ready")
        assert (await scene.initialize()).status_code == 200
        await scene.reach("ready")


async def test_an_initialization_that_makes_no_sense_changes_nothing(scene: Scene) -> None:
    unknown = await scene.initialize(domain_name="astrology")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_domain")
    assert "legal-consulting" in unknown.json()["detail"]
    assert unknown.json()["errors"][0]["loc"] == ["body", "domain_name"]
    for fields in (
        {"domain_name": None},
        {"context": 7},
        {"documents": [{"name": "No address"}]},
    ):
        refused = await scene.initialize(**fields)
        assert (refused.status_code, refused.json()["code"]) == (422, "validation_error")
    assert (await scene.status())["rag_status"] == "pending"


async def test_addresses_are_taken_each_by_itself(scene: Scene) -> None:
    async with running_site() as site:
        address = site.show("/hours.txt", HOURS.encode())
        hours = {"name": "Hours", "url": address, "type": "webpage", "size_bytes": 9}
        inside = {"name": "Inside", "url": "http://169.254.169.254/", "type": "webpage"}
        begun = await scene.initialize(documents=[hours, inside, hours])
        assert begun.status_code == 200, begun.text
        taken = begun.json()["data"]["documents"]
        assert [page["outcome"] for page in taken] == ["queued", "refused", "known"]
        assert taken[0]["document_id"] == taken[2]["document_id"]
        assert "not on the public internet" in taken[1]["reason"]
        assert begun.json()["message"].endswith("Refused: “Inside”.")
        async with scene.work():
            await scene.reach("ready")
        state = await scene.status()
        assert state["documents"] == {"total": 1, "completed": 1, "failed": 0, "processing": 0}


async def test_an_initialization_whose_job_was_lost_is_taken_up_again(scene: Scene) -> None:
    document = await paste(scene.eve, scene.clone_id)
    await scene.initialize()
    await scene.lose_jobs()
    assert (await scene.status())["rag_status"] == "initializing"
    # The clone and its document.
    assert await requeue_orphans(scene.app.app.state.database) == 2
    async with scene.work():
        await scene.reach("ready")
    assert (await settled(scene.eve, document))["status"] == "completed"


async def test_what_is_not_indexed_is_queued_again_and_nothing_else(scene: Scene) -> None:
    await upload(scene.eve, scene.clone_id, ("tool.exe", b"MZ\x90\x00" * 50), ("a.txt", b"Bees."))
    async with scene.work():
        done = await read(scene.eve, scene.clone_id, "Wasps.")
        await scene.reach("ready")
    failed, lost, waiting = [
        await paste(scene.eve, scene.clone_id, f"Number {n}.") for n in range(3)
    ]
    await scene.eve.http.post(f"{url_of(failed)}/cancel")
    await scene.superuser.execute(
        "delete from pgqueuer where convert_from(payload, 'UTF8') like $1 || '%'", lost["id"]
    )
    state = await scene.status()
    assert state["documents"] == {"total": 6, "completed": 2, "failed": 2, "processing": 2}
    assert state["error_message"].startswith("2 of 6 documents failed. “Opening hours”: Cancelled")
    assert "“tool.exe”: " in state["error_message"]

    answer = await scene.process()
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == {"clone_id": scene.clone_id, "queued_count": 2}
    assert (await scene.process()).json()["data"]["queued_count"] == 0
    async with scene.work():
        for document in (failed, lost, waiting):
            assert (await settled(scene.eve, document))["status"] == "completed"
        assert (await settled(scene.eve, done))["updated_at"] == done["updated_at"]


async def test_a_memory_of_which_nothing_can_be_used_says_why(scene: Scene) -> None:
    scene.upstream.state.knobs.fault = "401"
    await scene.eve.http.patch(f"/api/clones/{scene.clone_id}/settings", json=OPENAI)
    async with scene.work():
        await settled(scene.eve, await paste(scene.eve, scene.clone_id))
        state = await scene.reach("error")
    assert state["error_message"].startswith("The only document failed. “Opening hours”: ")
    scene.upstream.state.knobs.fault = ""
    async with scene.work():
        assert (await scene.process()).json()["data"]["queued_count"] == 1
        state = await scene.reach("ready")
    assert state["error_message"] is None


async def test_a_cleaned_memory_is_empty_and_its_documents_are_kept(scene: Scene) -> None:
    async with scene.work():
        document = await read(scene.eve, scene.clone_id)
        await scene.reach("ready")
        kept_vectors = await scene.rows("kept_vectors")
        answer = await scene.clean_up()
        assert answer["data"] == {"clone_id": scene.clone_id, "documents": 1, "passages": 1}
        for table in ("chunks", "chunk_lexemes", "chunk_embeddings", "hidden_builds"):
            assert (table, await scene.rows(table)) == (table, 0)
        assert await scene.rows("kept_vectors") == kept_vectors
        state = await scene.status()
        assert (state["rag_enabled"], state["rag_status"]) == (False, "disabled")
        assert (state["documents"]["total"], state["error_message"]) == (1, None)

        kept = (await scene.eve.http.get(url_of(document))).json()
        assert (kept["status"], kept["error_message"]) == ("skipped", FORGOTTEN)
        assert (kept["content"], kept["chunk_count"]) == (HOURS, 0)
        assert (await scene.eve.http.get(f"{url_of(document)}/file")).text == HOURS
        assert (await scene.eve.http.get(f"{url_of(document)}/chunks")).json() == []
        assert await found_by(scene.eve, scene.clone_id, "Saturdays") == []
        asked = {"content": "Is it open on Saturdays?"}
        reply = await scene.eve.http.post(f"/api/chat/{scene.clone_id}", json=asked)
        assert reply.json()["mode"] == "llm_fallback"
        assert (await scene.process()).json()["code"] == "rag_not_initialized"

        assert (await scene.initialize()).status_code == 200
        await scene.reach("ready")
        assert (await settled(scene.eve, document))["status"] == "completed"
        assert await found_by(scene.eve, scene.clone_id, "Saturdays") == [document["id"]]


async def test_what_somebody_holds_while_the_memory_is_emptied_goes_later(scene: Scene) -> None:
    async with scene.work():
        await read(scene.eve, scene.clone_id)
    async with scene.superuser.transaction():
        await scene.superuser.fetch("select from chunks for key share")
        await scene.clean_up()
        assert await found_by(scene.eve, scene.clone_id, "Saturdays") == []
        assert await scene.rows("chunks") == 1
    assert await remove_abandoned_builds(scene.app.app.state.database) == 1
    assert await scene.rows("chunks") == await scene.rows("hidden_builds") == 0


async def test_a_memory_that_is_switched_on_again_is_filled_again(scene: Scene) -> None:
    async with scene.work():
        document = await read(scene.eve, scene.clone_id)
        await scene.clean_up()
        url = f"/api/clones/{scene.clone_id}"
        patched = await scene.eve.http.patch(url, json={"rag_enabled": True})
        assert patched.json()["rag_status"] in ("pending", "ready")
        await scene.reach("ready")
        assert (await settled(scene.eve, document))["status"] == "completed"


async def test_a_cleanup_stops_what_is_being_read(scene: Scene) -> None:
    await scene.eve.http.patch(f"/api/clones/{scene.clone_id}/settings", json=OPENAI)
    scene.upstream.state.knobs.elat = 300
    async with scene.work():
        document = await paste(scene.eve, scene.clone_id, LONG)

        async def has_vectors() -> bool:
            return await scene.rows("chunk_embeddings") > 0

        await until(has_vectors)
        await scene.clean_up()
        assert await scene.rows("chunks") == 0
        # What was on its way comes too late.
        await asyncio.sleep(0.7)
        assert await scene.rows("chunks") == 0
        assert (await scene.eve.http.get(url_of(document))).json()["status"] == "skipped"
        scene.upstream.state.knobs.elat = 0
        assert (await scene.initialize()).status_code == 200
        await scene.reach("ready")
        assert (await settled(scene.eve, document))["status"] == "completed"


async def test_a_change_of_the_embedding_is_told_as_maintenance(scene: Scene) -> None:
    async with scene.work():
        await read(scene.eve, scene.clone_id, LONG)
        await scene.reach("ready")
    scene.upstream.state.knobs.elat = 300
    await scene.eve.http.patch(f"/api/clones/{scene.clone_id}/settings", json=OPENAI)
    assert (await scene.status())["progress_percentage"] == 0
    async with scene.work():

        async def is_half_done() -> bool:
            state = await scene.status()
            assert state["rag_status"] == "maintenance"
            return bool(0 < state["progress_percentage"] < 100)

        await until(is_half_done)
        await scene.clean_up()
    settings = (await scene.eve.http.get(f"/api/clones/{scene.clone_id}/settings")).json()
    # Nothing is left to wait for.
    assert (settings["reembedding"], settings["embedding_model"]) == (None, "fake-embed-dim64")
    assert await scene.rows("chunk_embeddings") == 0


async def test_a_strangers_memory_looks_like_none(scene: Scene) -> None:
    mallory = await register(scene.app.url, "mallory@example.org")

    async def answers(clone_id: str) -> list[tuple[int, str | None]]:
        http = mallory.http
        sent = [
            await http.post(f"/api/rag/initialize/{clone_id}", json=SUBJECT),
            await http.get(f"/api/rag/status/{clone_id}"),
            await http.post(f"/api/rag/documents/process/{clone_id}"),
            await http.delete(f"/api/rag/cleanup/{clone_id}"),
            await http.post(f"/api/rag/query/{clone_id}", json={"query": "When?"}),
        ]
        return [(answer.status_code, answer.json().get("code")) for answer in sent]

    missing = [(404, "clone_not_found")] * 5
    assert await answers(scene.clone_id) == missing
    assert await answers("019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c") == missing
    await scene.eve.http.post(f"/api/clones/{scene.clone_id}/publish")
    assert await answers(scene.clone_id) == [(403, "forbidden")] * 4 + [(200, None)]
    await mallory.http.aclose()
