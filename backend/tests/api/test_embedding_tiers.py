"""A clone's own embedding does not answer: the tiers of the settings stand in, and it is said."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg
import numpy as np
import pytest

from clonememoria.core.config import Settings
from clonememoria.knowledge.context import context_of, in_context
from tests.api import scenes
from tests.api.clones import create_clone
from tests.api.documents import HOURS, Json, chunks_of, read, settled, until, url_of
from tests.conftest import Serve, register
from tests.fakes.openai_server import running
from tests.sse import post_stream

# Of as many dimensions as the dummy's: nothing but the space tells their vectors apart.
OPENAI = {"embedding_provider": "openai", "embedding_model": "fake-embed-dim384"}
DUMMY = {"embedding_provider": "dummy", "embedding_model": "hashed-words-384"}
SMALL = "fake-embed-dim64"
EMBEDDINGS = "/v1/embeddings"
CIRCUIT_OPEN_S = 0.5
PATIENCE_S = 0.5


class Scene(scenes.Scene):
    """Eve's clone, its provider and its tiers; `work` runs a worker while it is open."""

    def breaks(self, fault: str) -> None:
        """From now on; "" heals it."""
        self.upstream.state.knobs.fault = fault

    async def search(
        self, query: str = "When is it open?", mode: str = "hybrid", clone_id: str | None = None
    ) -> Json:
        url = f"/api/clones/{clone_id or self.clone_id}/search"
        answer = await self.eve.http.post(url, json={"query": query, "mode": mode})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def forget(self, model: str) -> None:
        await self.superuser.execute(
            "delete from chunk_embeddings where space_id in"
            " (select id from embedding_spaces where model = $1)",
            model,
        )

    async def has(self, vectors: dict[str, int]) -> bool:
        return await self.vectors() == vectors

    async def has_no_jobs(self) -> bool:
        return not await self.superuser.fetchval("select exists(select from pgqueuer)")

    async def learn(self, content: str = HOURS) -> Json:
        """Have a document read, and its tiers filled."""
        async with self.work():
            document = await read(self.eve, self.clone_id, content)
            await until(self.has_no_jobs)
        return document


Build = Callable[..., Awaitable[Scene]]


@pytest.fixture
async def build(
    serve: Serve, settings: Settings, superuser: asyncpg.Connection
) -> AsyncIterator[Build]:
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(running())

        async def make(tiers: list[str], embedding: dict[str, str] = OPENAI) -> Scene:
            chosen = settings.model_copy(
                update={
                    "worker_inline": False,
                    "embeddings_openai_base_url": upstream.base_url,
                    "embeddings_fallbacks": tiers,
                    "embeddings_query_timeout_s": PATIENCE_S,
                    "provider_circuit_open_s": CIRCUIT_OPEN_S,
                }
            )
            app = await serve(chosen)
            eve = await register(app.url, "eve@example.org")
            stack.push_async_callback(eve.http.aclose)
            scene = Scene(eve, await create_clone(eve), app, upstream, superuser)
            await scene.change(embedding)
            return scene

        yield make


@pytest.fixture
async def scene(build: Build) -> Scene:
    """The clone's own embedding is OpenAI's, and the dummy is the tier."""
    return await build(["dummy"])


def ways(found: Json) -> set[str]:
    """By which sides the results were found."""
    return {
        side for side in ("dense", "lexical") if any(r[f"{side}_rank"] for r in found["results"])
    }


async def test_a_tier_stands_in_while_the_clones_own_embedding_is_down(scene: Scene) -> None:
    await scene.learn()
    healthy = await scene.search()
    assert (healthy["degraded"], ways(healthy)) == ([], {"dense", "lexical"})
    scene.breaks("500")
    for mode, sides in (("hybrid", {"dense", "lexical"}), ("dense", {"dense"})):
        found = await scene.search(mode=mode)
        assert found["degraded"] == ["embeddings:dummy"]
        assert ways(found) == sides
    assert (await scene.search(mode="lexical"))["degraded"] == []


async def test_it_is_asked_again_when_it_has_recovered(scene: Scene) -> None:
    await scene.learn()
    scene.breaks("500")
    for _ in range(3):
        assert (await scene.search())["degraded"] == ["embeddings:dummy"]
    scene.breaks("")

    async def is_whole() -> bool:
        return not (await scene.search())["degraded"]

    await until(is_whole)


async def test_vectors_of_two_spaces_are_never_compared(scene: Scene) -> None:
    document = await scene.learn("Bees are busy.\n\nWax is made in summer. " + HOURS * 40)
    chunks = await chunks_of(scene.eve, document)
    assert len(chunks) > 2
    assert len(set((await scene.vectors()).values())) == 1
    texts = [
        in_context(context_of(document["title"], c["heading_path"]), c["content"]) for c in chunks
    ]
    query = "Is wax made on Saturdays?"

    async def cosines(embedding: dict[str, str]) -> dict[str, float]:
        embeddings = scene.app.app.state.providers.embeddings(embedding["embedding_provider"])
        asked, *stored = await embeddings.embed([query, *texts], model=embedding["embedding_model"])
        return {c["id"]: float(asked @ v) for c, v in zip(chunks, stored, strict=True)}

    async def scores() -> dict[str, float]:
        results = (await scene.search(query, "dense"))["results"]
        return {result["chunk_id"]: result["dense_score"] for result in results}

    of_openai, of_dummy = await cosines(OPENAI), await cosines(DUMMY)
    assert not np.allclose(list(of_openai.values()), list(of_dummy.values()), atol=0.05)
    # Vectors are stored as half floats.
    assert await scores() == pytest.approx(of_openai, abs=0.003)
    scene.breaks("500")
    assert await scores() == pytest.approx(of_dummy, abs=0.003)


async def test_without_vectors_in_a_tier_words_alone_find(scene: Scene) -> None:
    await scene.learn()
    await scene.forget(DUMMY["embedding_model"])
    scene.breaks("500")
    for mode in ("hybrid", "dense"):
        found = await scene.search(mode=mode)
        assert (found["degraded"], ways(found)) == (["embeddings"], {"lexical"})


async def test_tiers_are_asked_in_their_order(build: Build) -> None:
    scene = await build([f"openai:{SMALL}", "dummy"])
    await scene.learn()
    # The clone's own fails, and in so little time there is one try; then the upstream is well.
    scene.upstream.state.plan_faults(["500"], path=EMBEDDINGS)
    assert (await scene.search())["degraded"] == ["embeddings:openai"]
    await scene.forget(SMALL)
    scene.upstream.state.plan_faults(["500"], path=EMBEDDINGS)
    assert (await scene.search())["degraded"] == ["embeddings:dummy"]


async def test_a_tier_that_is_down_too_is_passed_over(build: Build) -> None:
    scene = await build([f"openai:{SMALL}", "dummy"])
    await scene.learn()
    scene.breaks("500")
    assert (await scene.search())["degraded"] == ["embeddings:dummy"]


@pytest.mark.parametrize("fault", ["hang", "429:20", "slow:30000"])
async def test_nobody_waits_longer_for_a_question_than_set(scene: Scene, fault: str) -> None:
    await scene.learn()
    scene.breaks(fault)
    found = await scene.search()
    assert found["degraded"] == ["embeddings:dummy"]
    assert found["took_ms"] < 5 * 1000 * PATIENCE_S


async def test_a_provider_that_hangs_is_left_alone_after_a_while(scene: Scene) -> None:
    await scene.learn()
    scene.breaks("hang")
    asked = scene.upstream.state.counts
    for _ in range(5):
        await scene.search()
    before = asked[EMBEDDINGS]
    found = await scene.search()
    assert (found["degraded"], asked[EMBEDDINGS]) == (["embeddings:dummy"], before)


async def test_a_reader_of_the_chat_is_told(scene: Scene) -> None:
    await scene.learn()
    scene.breaks("500")
    url = f"/api/chat/{scene.clone_id}/stream"
    events = await post_stream(scene.eve.http, url, {"content": "When is it open?"})
    sources = next(event.data for event in events if event.name == "sources")
    assert (sources["mode"], sources["degraded"]) == ("rag", ["embeddings:dummy"])


async def test_a_tier_that_is_down_holds_up_no_document(build: Build) -> None:
    scene = await build([f"openai:{SMALL}"], DUMMY)
    scene.breaks("500")
    async with scene.work():
        document = await read(scene.eve, scene.clone_id)
        status = (await scene.eve.http.get(f"/api/clones/{scene.clone_id}")).json()["rag_status"]
        assert status == "ready"
        count = document["chunk_count"]
        assert await scene.vectors() == {DUMMY["embedding_model"]: count}
        scene.breaks("")
        await until(lambda: scene.has({DUMMY["embedding_model"]: count, SMALL: count}))


async def test_a_new_document_ends_the_wait_for_the_next_try(build: Build) -> None:
    scene = await build([f"openai:{SMALL}"], DUMMY)
    scene.breaks("401")
    async with scene.work():
        await read(scene.eve, scene.clone_id)
        # Asking again with a key that is refused is no use.
        await until(scene.has_no_jobs)
        scene.breaks("500")
        await read(scene.eve, scene.clone_id, "Bees are busy.")

        async def waits() -> bool:
            hour = "update pgqueuer set execute_after = now() + interval '1 hour'"
            where = "where status = 'queued' and attempts > 0 returning id"
            return bool(await scene.superuser.fetch(f"{hour} {where}"))

        await until(waits)
        scene.breaks("")
        await read(scene.eve, scene.clone_id, "Wax is made in summer.")
        await until(scene.has_no_jobs)
    assert await scene.has({DUMMY["embedding_model"]: 3, SMALL: 3})


async def test_a_clone_from_before_the_setting_is_filled_at_the_start(
    build: Build, serve: Serve
) -> None:
    scene = await build([])
    count = (await scene.learn("\n\n".join(f"{HOURS} Room {n}. " * 9 for n in range(30))))[
        "chunk_count"
    ]
    assert await scene.vectors() == {OPENAI["embedding_model"]: count}
    settings = scene.settings.model_copy(
        update={"embeddings_fallbacks": ["dummy", f"openai:{SMALL}"]}
    )
    later = Scene(scene.eve, scene.clone_id, await serve(settings), scene.upstream, scene.superuser)
    before = scene.upstream.state.counts["embedded"]
    # Of several workers that start together one does the work.
    async with later.work(), later.work(), later.work():
        full = dict.fromkeys([OPENAI["embedding_model"], DUMMY["embedding_model"], SMALL], count)
        await until(lambda: later.has(full))
        await until(later.has_no_jobs)
    assert scene.upstream.state.counts["embedded"] - before == count
    async with later.work():
        await asyncio.sleep(0.5)
    assert scene.upstream.state.counts["embedded"] - before == count


async def test_a_change_of_the_embedding_keeps_the_tiers(scene: Scene) -> None:
    count = (await scene.learn())["chunk_count"]
    async with scene.work():
        await scene.change(OPENAI | {"embedding_model": SMALL})
        await until(scene.is_settled)
    assert await scene.vectors() == {SMALL: count, DUMMY["embedding_model"]: count}
    scene.breaks("500")
    assert (await scene.search())["degraded"] == ["embeddings:dummy"]


async def test_a_change_to_a_tier_computes_nothing(build: Build) -> None:
    scene = await build([f"openai:{SMALL}"], DUMMY)
    count = (await scene.learn())["chunk_count"]
    before = scene.upstream.state.counts["embedded"]
    async with scene.work():
        await scene.change(OPENAI | {"embedding_model": SMALL})
        await until(scene.is_settled)
    assert scene.upstream.state.counts["embedded"] == before
    assert await scene.vectors() == {SMALL: count}


async def test_what_served_stays_as_a_tier(build: Build) -> None:
    scene = await build(["dummy"], DUMMY)
    count = (await scene.learn())["chunk_count"]
    async with scene.work():
        await scene.change(OPENAI)
        await until(scene.is_settled)
    assert await scene.vectors() == dict.fromkeys(
        [OPENAI["embedding_model"], DUMMY["embedding_model"]], count
    )


async def test_vectors_of_tiers_are_in_the_accounts(build: Build) -> None:
    scene = await build([f"openai:{SMALL}"], DUMMY)
    await scene.learn()
    rows = await scene.superuser.fetch(
        "select model, prompt_tokens > 0 as has_tokens, owner_id, clone_id::text from usage_records"
    )
    assert {tuple(row) for row in rows} == {
        (model, True, scene.eve.id, scene.clone_id) for model in (DUMMY["embedding_model"], SMALL)
    }


async def test_vectors_of_tiers_go_with_their_document(scene: Scene) -> None:
    document = await scene.learn()
    url = f"{url_of(document)}/content"
    async with scene.work():
        longer = "\n\n".join(f"{HOURS} Room {n}. " * 9 for n in range(9))
        assert (await scene.eve.http.put(url, json={"content": longer})).status_code == 200
        count = (await settled(scene.eve, document))["chunk_count"]
        await until(scene.has_no_jobs)
    assert await scene.vectors() == dict.fromkeys(
        [OPENAI["embedding_model"], DUMMY["embedding_model"]], count
    )
    await scene.eve.http.delete(url_of(document))
    assert await scene.vectors() == {}


async def test_a_tier_shows_nothing_of_others(scene: Scene) -> None:
    await scene.learn()
    bob = await register(scene.app.url, "bob@example.org")
    of_bob = await create_clone(bob)
    await bob.http.patch(f"/api/clones/{of_bob}/settings", json=OPENAI)
    async with scene.work():
        await read(bob, of_bob, "Saturdays are for bees.", visibility="private")
        await read(bob, of_bob, "Wax is sold on Mondays.")
        await until(scene.has_no_jobs)
    await bob.http.post(f"/api/clones/{of_bob}/publish")
    scene.breaks("500")

    assert all("8 to 12" in r["content"] for r in (await scene.search())["results"])
    url = f"/api/chat/{of_bob}/stream"
    events = await post_stream(scene.eve.http, url, {"content": "What about Saturdays and wax?"})
    sources = next(event.data for event in events if event.name == "sources")
    assert sources["degraded"] == ["embeddings:dummy"]
    assert [source["excerpt"] for source in sources["sources"]] == ["Wax is sold on Mondays."]
    await bob.http.aclose()
