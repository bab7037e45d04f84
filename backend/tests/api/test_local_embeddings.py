"""A clone on the model of this machine finds what is said in other words, without a network."""

import asyncio

import pytest

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.documents import read
from tests.conftest import Serve, register

FACTS = {
    "Pets": "Felines sleep for most of the day and hunt at dusk.",
    "Glass": "Glass is made of sand, soda ash and limestone at 1,700 degrees.",
    "Wages": "Physicians are paid by the state and receive a pension.",
    "Trains": "The first railway in Spain ran from Barcelona to Mataró in 1848.",
}


@pytest.mark.parametrize("mode", ["dense", "hybrid"])
async def test_a_question_in_other_words_finds_the_passage(
    serve: Serve, settings: Settings, mode: str
) -> None:
    served = await serve(settings.model_copy(update={"embeddings_default_provider": "local"}))
    ada = await register(served.url, "ada@example.org")
    clone = await create_clone(ada)
    await asyncio.gather(*(read(ada, clone, text, title=title) for title, text in FACTS.items()))

    for question, title in {
        "When do cats nap?": "Pets",
        "How much does a doctor earn?": "Wages",
    }.items():
        body = {"query": question, "mode": mode}
        found = (await ada.http.post(f"/api/clones/{clone}/search", json=body)).json()
        assert found["degraded"] == []
        assert found["results"][0]["document_name"] == title
        assert found["results"][0]["lexical_rank"] is None
    await ada.http.aclose()
