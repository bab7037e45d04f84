"""What is charged besides replies, to whom, and that the budget in dollars bounds it too."""

from collections.abc import AsyncIterator

import pytest

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.documents import documents_url, read, url_of
from tests.api.usage import usage_of
from tests.conftest import Person, Serve, register
from tests.fakes.knobs import Knobs
from tests.fakes.openai_server import running

PAID = {"embedding_provider": "openai", "embedding_model": "text-embedding-3-small"}


@pytest.fixture
async def paying(serve: Serve, settings: Settings) -> AsyncIterator[Person]:
    """Somebody whose budget is used up by whatever costs anything, beside free providers."""
    async with running(Knobs(n=20)) as upstream:
        served = await serve(
            settings.model_copy(
                update={
                    "llm_openai_base_url": upstream.base_url,
                    "llm_openai_model": "gpt-4o-mini",
                    "embeddings_openai_base_url": upstream.base_url,
                    "budget_usd_per_month": 0.000001,
                }
            )
        )
        person = await register(served.url, "grace@example.org")
        yield person
        await person.http.aclose()


async def test_who_tests_a_provider_pays_for_it(paying: Person) -> None:
    tested = await paying.http.post("/api/providers/llm/openai/test")
    await paying.http.post("/api/providers/tts/dummy/test", json={"text": "Hello."})

    assert tested.status_code == 200
    usage = await usage_of(paying)
    assert usage["totals"]["cost_usd"] == pytest.approx((10 * 0.15 + 16 * 0.60) / 1_000_000)
    assert usage["totals"]["replies"] == 0
    assert [(of["kind"], of["characters"]) for of in usage["by_provider"]] == [
        ("llm", 0),
        ("tts", 6),
    ]
    assert [(of["clone_id"], of["name"]) for of in usage["by_clone"]] == [(None, None)]


async def test_beyond_the_budget_only_what_is_free_can_be_tested(paying: Person) -> None:
    await paying.http.post("/api/providers/llm/openai/test")

    refused = await paying.http.post("/api/providers/llm/openai/test")
    free = await paying.http.post("/api/providers/llm/dummy/test")

    assert (refused.status_code, refused.json()["code"]) == (429, "budget_exceeded")
    assert free.status_code == 200


async def test_documents_are_charged_to_the_maker_of_the_clone(paying: Person) -> None:
    clone = await create_clone(paying, **PAID)
    document = await read(paying, clone, content="The harbour was closed. " * 100)

    (of_documents,) = (await usage_of(paying, clone_id=clone))["by_provider"]
    assert (of_documents["kind"], of_documents["model"]) == (
        "embeddings",
        "text-embedding-3-small",
    )
    assert 600 <= of_documents["prompt_tokens"] < 1000
    assert of_documents["cost_usd"] == pytest.approx(of_documents["prompt_tokens"] * 0.02e-6)

    refused = await paying.http.post(
        documents_url(clone), json={"title": "More", "content": "of it"}
    )
    renamed = await paying.http.patch(url_of(document), json={"title": "Other"})
    hidden = await paying.http.patch(url_of(document), json={"visibility": "public"})
    assert (refused.status_code, refused.json()["code"]) == (429, "budget_exceeded")
    assert renamed.status_code == 429
    assert hidden.status_code == 200


async def test_beyond_the_budget_no_clone_is_embedded_anew(paying: Person) -> None:
    clone = await create_clone(paying)
    await read(paying, clone)
    await paying.http.post("/api/providers/llm/openai/test")
    address = f"/api/clones/{clone}/settings"
    before = (await paying.http.get(address)).json()

    refused = await paying.http.patch(address, json={"embedding_provider": "openai"})
    unchanged = (await paying.http.get(address)).json()
    unpriced = await paying.http.patch(
        address,
        json={"embedding_provider": "openai", "embedding_model": "fake-embed-dim64"},
    )

    assert (refused.status_code, refused.json()["code"]) == (429, "budget_exceeded")
    assert unchanged == before
    assert unpriced.status_code == 200
