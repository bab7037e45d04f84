"""Speaking: the clone's voice, only what can be said, and no connection held meanwhile."""

import asyncio
import base64
import io
import wave
from collections.abc import AsyncIterator

import pytest

from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from tests.api.clones import create_clone
from tests.conftest import Person, Serve, register
from tests.fakes.openai_server import FakeOpenAI, running

TEXT = {"text": "The harbour was closed **in 1923** [1]."}


async def test_a_text_is_spoken_as_wav(ada: Person) -> None:
    clone = await create_clone(ada)
    answer = await ada.http.post(f"/api/chat/tts/{clone}", json={**TEXT, "format": "wav"})
    assert answer.status_code == 200, answer.text
    spoken = answer.json()
    with wave.open(io.BytesIO(base64.b64decode(spoken["audio_base64"]))) as audio:
        assert audio.getframerate() == spoken["sample_rate"]
        length_s = audio.getnframes() / audio.getframerate()
    assert length_s == pytest.approx(spoken["duration_seconds"], abs=0.001)
    assert length_s > 1
    assert (spoken["format"], spoken["provider"]) == ("wav", "dummy")


async def test_marks_and_citations_take_no_time_to_say(ada: Person) -> None:
    clone = await create_clone(ada)
    plain, marked = [
        (await ada.http.post(f"/api/chat/tts/{clone}", json={"text": text})).json()
        for text in ("The harbour was closed.", "# The *harbour* was `closed` [1] [2, 3].")
    ]
    assert plain["audio_base64"] == marked["audio_base64"]


async def test_the_voice_of_the_request_goes_before_that_of_the_clone(ada: Person) -> None:
    clone = await create_clone(ada)
    settings = {"tts_voice_id": "deep"}
    changed = await ada.http.patch(f"/api/clones/{clone}/settings", json=settings)
    assert changed.status_code == 200, changed.text
    deep, also_deep, bright = [
        (await ada.http.post(f"/api/chat/tts/{clone}", json=TEXT | voice)).json()["audio_base64"]
        for voice in ({}, {"voice_id": "deep"}, {"voice_id": "bright"})
    ]
    assert deep == also_deep
    assert deep != bright


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "   \n "},
        {"text": "a" * 5001},
        {"text": "[1]\n```\ncode\n```\n🎉"},
        {"text": "nul \x00"},
        {"text": "hello", "format": "midi"},
        {"text": "hello", "voice_id": ""},
        {},
    ],
)
async def test_what_cannot_be_spoken_is_refused(ada: Person, body: dict[str, str]) -> None:
    clone = await create_clone(ada)
    answer = await ada.http.post(f"/api/chat/tts/{clone}", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_an_unknown_voice_is_refused_with_the_ones_there_are(ada: Person) -> None:
    clone = await create_clone(ada)
    answer = await ada.http.post(f"/api/chat/tts/{clone}", json=TEXT | {"voice_id": "nobody"})
    assert answer.status_code == 422
    assert "calm, deep, bright" in answer.json()["detail"]


async def test_only_those_who_see_a_clone_may_let_it_speak(ada: Person, bob: Person) -> None:
    clone = await create_clone(ada)
    path = f"/api/chat/tts/{clone}"
    assert (await bob.http.post(path, json=TEXT)).status_code == 404
    await ada.http.post(f"/api/clones/{clone}/publish")
    assert (await bob.http.post(path, json=TEXT)).status_code == 200
    bob.http.headers.pop("Authorization")
    assert (await bob.http.post(path, json=TEXT)).status_code == 401


@pytest.fixture
async def fake_openai() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        yield fake


@pytest.fixture
async def speaker(
    serve: Serve, settings: Settings, fake_openai: FakeOpenAI
) -> AsyncIterator[tuple[Person, Database]]:
    """Somebody on an installation that speaks through OpenAI, and that installation's database."""
    served = await serve(
        settings.model_copy(
            update={"tts_default_provider": "openai", "tts_api_base_url": fake_openai.base_url}
        )
    )
    person = await register(served.url, "eve@example.org")
    yield person, served.app.state.database
    await person.http.aclose()


async def test_a_vendor_that_fails_is_told_in_our_words(
    speaker: tuple[Person, Database], fake_openai: FakeOpenAI
) -> None:
    person, _ = speaker
    clone = await create_clone(person)
    fake_openai.state.plan_faults(["500"] * 5, path="/v1/audio/speech")
    answer = await person.http.post(f"/api/chat/tts/{clone}", json=TEXT)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_down")
    assert answer.headers["retry-after"]


async def test_no_connection_is_held_while_a_vendor_speaks(
    speaker: tuple[Person, Database], fake_openai: FakeOpenAI
) -> None:
    person, database = speaker
    clone = await create_clone(person)
    fake_openai.state.knobs.alat = 500
    idle = database.engine.pool.checkedout()  # type: ignore[attr-defined]  # of QueuePool
    speaking = asyncio.create_task(person.http.post(f"/api/chat/tts/{clone}", json=TEXT))
    await asyncio.sleep(0.3)
    assert not speaking.done()
    assert database.engine.pool.checkedout() == idle  # type: ignore[attr-defined]
    assert (await speaking).status_code == 200
