"""Speaking: in the clone's voice, only what can be said, and each sentence paid once."""

import asyncio
import base64
import io
import wave
from collections.abc import AsyncIterator

import asyncpg
import pytest

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.speakers import SPEECH, Speaker, speaking_through_a_vendor
from tests.conftest import Person, Serve
from tests.eventually import eventually
from tests.sse import post_stream

TEXT = {"text": "The harbour was closed **in 1923** [1]."}
LETTERS = len("The harbour was closed in 1923.")
ROUTES = ("", "/stream", "/sentences")


@pytest.fixture
async def speaker(serve: Serve, settings: Settings) -> AsyncIterator[Speaker]:
    async with speaking_through_a_vendor(serve, settings) as speaker:
        yield speaker


async def duration_of(person: Person, clone: str, **fields: object) -> float:
    answer = await person.http.post(f"/api/chat/tts/{clone}", json=TEXT | fields)
    assert answer.status_code == 200, answer.text
    return float(answer.json()["duration_seconds"])


async def set_up(person: Person, clone: str, **fields: object) -> None:
    answer = await person.http.patch(f"/api/clones/{clone}/settings", json=fields)
    assert answer.status_code == 200, answer.text


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
    assert (spoken["format"], spoken["provider"], spoken["voice_id"]) == ("wav", "dummy", "calm")


async def test_marks_and_citations_take_no_time_to_say(ada: Person) -> None:
    clone = await create_clone(ada)
    plain, marked = [
        (await ada.http.post(f"/api/chat/tts/{clone}", json={"text": text})).json()
        for text in ("The harbour was closed.", "# The *harbour* was `closed` [1] [2, 3].")
    ]
    assert plain["audio_base64"] == marked["audio_base64"]


async def test_the_voice_of_the_request_goes_before_that_of_the_clone(ada: Person) -> None:
    clone = await create_clone(ada)
    await set_up(ada, clone, tts_voice_id="deep")
    deep, also_deep, bright = [
        (await ada.http.post(f"/api/chat/tts/{clone}", json=TEXT | voice)).json()["audio_base64"]
        for voice in ({}, {"voice_id": "deep"}, {"voice_id": "bright"})
    ]
    assert deep == also_deep
    assert deep != bright


async def test_twice_the_speed_takes_half_the_time(ada: Person) -> None:
    clone = await create_clone(ada)
    normal_s = await duration_of(ada, clone)
    assert await duration_of(ada, clone, speed=2) == pytest.approx(normal_s / 2, abs=0.01)
    assert await duration_of(ada, clone, speed=0.5) == pytest.approx(normal_s * 2, abs=0.01)


async def test_a_clone_has_a_speed_of_its_own(ada: Person) -> None:
    clone = await create_clone(ada, tts_speed=2)
    assert (await ada.http.get(f"/api/clones/{clone}/settings")).json()["tts_speed"] == 2
    fast_s = await duration_of(ada, clone)
    assert await duration_of(ada, clone, speed=1.0) == pytest.approx(fast_s * 2, abs=0.01)

    await set_up(ada, clone, tts_speed=0.5)

    assert await duration_of(ada, clone) == pytest.approx(fast_s * 4, abs=0.01)
    assert (await ada.http.get(f"/api/clones/{clone}")).json()["tts_speed"] == 0.5


async def test_a_speed_that_none_can_follow_is_refused(ada: Person) -> None:
    clone = await create_clone(ada)
    for speed in (0.49, 2.01, -1, "1", True, "fast"):
        spoken = await ada.http.post(f"/api/chat/tts/{clone}", json=TEXT | {"speed": speed})
        saved = await ada.http.patch(f"/api/clones/{clone}/settings", json={"tts_speed": speed})
        assert (spoken.status_code, saved.status_code) == (422, 422), speed


UNSPEAKABLE: list[dict[str, str]] = [
    {"text": ""},
    {"text": "   \n "},
    {"text": "a" * 5001},
    {"text": "[1]\n```\ncode\n```\n🎉"},
    {"text": "nul \x00"},
    {"text": "hello", "format": "midi"},
    {"text": "hello", "voice_id": ""},
    {"text": "hello", "voice_id": "v" * 201},
    {"text": "hello", "provider": "nobody"},
    {},
]


@pytest.mark.parametrize("route", ROUTES)
async def test_what_cannot_be_spoken_is_refused(ada: Person, route: str) -> None:
    clone = await create_clone(ada)
    for body in UNSPEAKABLE:
        answer = await ada.http.post(f"/api/chat/tts/{clone}{route}", json=body)
        assert answer.status_code == 422, body
        assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_voice_is_refused_with_the_ones_there_are(ada: Person) -> None:
    clone = await create_clone(ada)
    body = TEXT | {"voice_id": "nobody"}
    for route in ROUTES:
        answer = await ada.http.post(f"/api/chat/tts/{clone}{route}", json=body)
        assert answer.status_code == 422
        assert "calm, deep, bright" in answer.json()["detail"]


async def test_a_server_with_voices_of_its_own_is_asked_for_any(speaker: Speaker) -> None:
    body = TEXT | {"voice_id": "grandmother"}
    answer = await speaker.person.http.post(speaker.path, json=body)
    assert answer.status_code == 200, answer.text
    assert speaker.vendor.state.recent[-1]["body"]["voice"] == "grandmother"  # type: ignore[index]

    offered = (await speaker.person.http.get("/api/providers")).json()["tts"]
    open_voices = {tts["name"] for tts in offered if tts["has_open_voices"]}
    assert "openai" in open_voices
    assert "dummy" not in open_voices


async def test_only_those_who_see_a_clone_may_let_it_speak(ada: Person, bob: Person) -> None:
    clone = await create_clone(ada)

    async def statuses() -> set[int]:
        paths = [f"/api/chat/tts/{clone}{route}" for route in ROUTES]
        return {(await bob.http.post(path, json=TEXT)).status_code for path in paths}

    assert await statuses() == {404}
    await ada.http.post(f"/api/clones/{clone}/publish")
    assert await statuses() == {200}
    bob.http.headers.pop("Authorization")
    assert await statuses() == {401}


async def test_only_the_owner_tries_another_provider(speaker: Speaker, ada: Person) -> None:
    answer = await speaker.person.http.post(speaker.path, json=TEXT | {"provider": "dummy"})
    assert (answer.json()["provider"], answer.json()["voice_id"]) == ("dummy", "calm")
    assert speaker.said() == []

    await speaker.person.http.post(f"/api/clones/{speaker.clone}/publish")
    refused = await ada.http.post(speaker.path, json=TEXT | {"provider": "dummy"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_what_was_spoken_before_is_not_asked_for_again(speaker: Speaker) -> None:
    http = speaker.person.http
    first, again = [(await http.post(speaker.path, json=TEXT)).json() for _ in range(2)]
    assert (first["cached"], again["cached"]) == (False, True)
    assert first["audio_base64"] == again["audio_base64"]
    assert speaker.said() == ["The harbour was closed in 1923."]

    for other in ({"speed": 1.5}, {"voice_id": "echo"}, {"text": "Another text."}):
        assert not (await http.post(speaker.path, json=TEXT | other)).json()["cached"]


async def test_two_who_ask_at_once_are_told_by_one_call(speaker: Speaker) -> None:
    speaker.vendor.state.knobs.alat = 300
    http = speaker.person.http
    answers = await asyncio.gather(*(http.post(speaker.path, json=TEXT) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["cached"] for answer in answers) == [False, True, True]
    assert await speaker.calls() == 1


async def test_one_who_leaves_takes_nothing_from_another(speaker: Speaker) -> None:
    speaker.vendor.state.knobs.alat = 500
    http = speaker.person.http
    leaving = asyncio.create_task(post_stream(http, f"{speaker.path}/sentences", TEXT))
    await asyncio.sleep(0.1)
    staying = asyncio.create_task(post_stream(http, f"{speaker.path}/sentences", TEXT))
    await asyncio.sleep(0.1)
    leaving.cancel()

    heard, end = await staying

    assert (heard.data["cached"], end.data["new_characters"]) == (False, LETTERS)
    assert await speaker.calls() == 1


async def test_speech_is_charged_to_who_listens_and_only_once(
    speaker: Speaker, superuser: asyncpg.Connection
) -> None:
    for route in ("", *ROUTES):
        await speaker.person.http.post(f"{speaker.path}{route}", json=TEXT)

    rows = await superuser.fetch("select * from usage_records")

    assert [(row["kind"], row["provider"], row["characters"]) for row in rows] == [
        ("tts", "openai", LETTERS)
    ]
    assert rows[0]["owner_id"] == speaker.person.id
    assert str(rows[0]["clone_id"]) == speaker.clone
    assert rows[0]["cost_usd"] > 0


async def test_a_vendor_that_fails_is_told_in_our_words(speaker: Speaker) -> None:
    speaker.vendor.state.plan_faults(["500"] * 5, path=SPEECH)
    answer = await speaker.person.http.post(speaker.path, json=TEXT)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_down")
    assert answer.headers["retry-after"]


async def test_no_connection_is_held_while_a_vendor_speaks(speaker: Speaker) -> None:
    speaker.vendor.state.knobs.alat = 3000
    speaking = asyncio.create_task(speaker.person.http.post(speaker.path, json=TEXT))
    await eventually(speaker.calls, bool)
    await eventually(speaker.connections_in_use, lambda count: count == 0)
    assert not speaking.done()
    assert (await speaking).status_code == 200
