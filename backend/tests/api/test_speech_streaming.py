"""Speech that is heard while it is made: sentence by sentence, and what breaks off says so."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx2
import pytest

from clonememoria.core.config import Settings
from clonememoria.providers.tts.wav import duration_s, read_wav
from clonememoria.speech.schemas import SpeechRequest
from clonememoria.speech.speaking import prepare
from tests.api.clones import create_clone
from tests.api.speakers import SENTENCES, SPEECH, TEXT, Speaker, speaking_through_a_vendor
from tests.conftest import Person, Serve
from tests.eventually import eventually
from tests.sse import SseEvent, post_stream

MARKDOWN = """## The **light**

It was lit in `1923` [1], see [the log](https://log.example/a?b=c) or https://a.example/x.

```python
print("never spoken")
```

- oil [2, 3];
- wicks 🎉
"""


@pytest.fixture
async def speaker(serve: Serve, settings: Settings) -> AsyncIterator[Speaker]:
    async with speaking_through_a_vendor(serve, settings) as speaker:
        speaker.vendor.state.knobs.alat = 100
        yield speaker


async def sentences_of(person: Person, clone: str, text: str) -> list[SseEvent]:
    return await post_stream(person.http, f"/api/chat/tts/{clone}/sentences", {"text": text})


async def calls_in_the_end(speaker: Speaker) -> int:
    """After more time than several sentences take."""
    await asyncio.sleep(1)
    return await speaker.calls()


async def test_the_first_sound_comes_before_the_last_sentence_is_made(speaker: Speaker) -> None:
    body = {"text": TEXT}
    async with speaker.person.http.stream("POST", f"{speaker.path}/stream", json=body) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "audio/wav"
        assert answer.headers["cache-control"] == "no-cache, no-transform"
        assert answer.headers["x-accel-buffering"] == "no"
        assert "content-length" not in answer.headers
        pieces = answer.aiter_bytes()
        file = await anext(pieces)
        assert file.startswith(b"RIFF")
        assert await speaker.calls() <= 3 < len(SENTENCES)
        file += b"".join([piece async for piece in pieces])

    sound = read_wav(file)
    assert duration_s(sound.pcm, sample_rate=sound.sample_rate) > len(TEXT) * 0.05
    assert speaker.said() == SENTENCES


async def test_each_sentence_comes_with_its_words_and_its_sound(speaker: Speaker) -> None:
    *spoken, end = await sentences_of(speaker.person, speaker.clone, TEXT)

    assert [event.data["text"] for event in spoken] == SENTENCES
    assert [event.data["index"] for event in spoken] == list(range(len(SENTENCES)))
    for event in spoken:
        sound = read_wav(base64.b64decode(event.data["audio_base64"]))
        seconds = duration_s(sound.pcm, sample_rate=sound.sample_rate)
        assert event.data["duration_seconds"] == pytest.approx(seconds, abs=0.001)
        assert event.data["total"] == len(SENTENCES)
    assert end.data == {
        "done": True,
        "sentences": len(SENTENCES),
        "duration_seconds": pytest.approx(sum(e.data["duration_seconds"] for e in spoken)),
        "characters": sum(map(len, SENTENCES)),
        "new_characters": sum(map(len, SENTENCES)),
        "provider": "openai",
        "voice_id": "alloy",
        "speed": 1.0,
    }


async def test_a_vendor_hears_words_and_no_marks(speaker: Speaker) -> None:
    await sentences_of(speaker.person, speaker.clone, MARKDOWN)
    assert " ".join(speaker.said()) == (
        "The light. It was lit in 1923, see the log or. oil; wicks."
    )


async def test_a_sentence_that_was_spoken_in_another_text_is_there_at_once(
    speaker: Speaker,
) -> None:
    await sentences_of(speaker.person, speaker.clone, " ".join(SENTENCES[:3]))
    *spoken, end = await sentences_of(speaker.person, speaker.clone, TEXT)
    assert [event.data["cached"] for event in spoken] == [True] * 3 + [False] * 3
    assert end.data["new_characters"] == sum(map(len, SENTENCES[3:]))
    assert await speaker.calls() == len(SENTENCES)


async def test_prometheus_counts_what_speech_costs(speaker: Speaker) -> None:
    await sentences_of(speaker.person, speaker.clone, TEXT)

    metrics = (await speaker.person.http.get("/metrics", headers={"Accept": "text/plain"})).text

    (line,) = [line for line in metrics.splitlines() if "provider_cost_usd_total{" in line]
    cost = sum(map(len, SENTENCES)) * 16.70 / 1_000_000
    assert float(line.rpartition(" ")[2]) == pytest.approx(cost)


@pytest.mark.parametrize("route", ["stream", "sentences"])
async def test_nothing_more_is_made_for_a_listener_who_has_left(
    speaker: Speaker, route: str
) -> None:
    body = {"text": TEXT}
    async with speaker.person.http.stream("POST", f"{speaker.path}/{route}", json=body) as answer:
        await anext(answer.aiter_bytes())
    assert await calls_in_the_end(speaker) <= 3


async def test_what_was_made_for_a_listener_who_has_left_is_charged_once(
    speaker: Speaker,
) -> None:
    """The sentence that was ready and never heard is kept: else nobody would ever pay for it."""
    speaking = await prepare(speaker.listener, speaker.clone, SpeechRequest(text=TEXT))
    async with aclosing(speaking.recordings()) as recordings:
        await anext(recordings)
        assert await calls_in_the_end(speaker) == 2

    async def characters() -> int:
        usage = await speaker.person.http.get("/api/usage")
        return int(usage.json()["totals"]["characters"])

    assert await characters() == sum(map(len, SENTENCES[:2]))
    await sentences_of(speaker.person, speaker.clone, TEXT)
    assert await characters() == sum(map(len, SENTENCES))


async def test_who_leaves_before_the_first_sound_stops_it_too(speaker: Speaker) -> None:
    speaker.vendor.state.knobs.alat = 500
    path, body = f"{speaker.path}/stream", {"text": TEXT}
    asking = asyncio.create_task(speaker.person.http.post(path, json=body))
    await eventually(speaker.calls, bool)
    asking.cancel()
    assert await calls_in_the_end(speaker) == 1


@pytest.mark.parametrize("route", ["stream", "sentences"])
async def test_a_listener_who_does_not_read_is_not_run_ahead_of(
    speaker: Speaker, route: str
) -> None:
    # So long that not even one fits between the sender and the reader.
    speaker.vendor.state.knobs.apc = 4.0
    speaker.vendor.state.knobs.alat = 0
    body = {"text": TEXT}
    async with speaker.person.http.stream("POST", f"{speaker.path}/{route}", json=body) as answer:
        await anext(answer.aiter_bytes())
        assert await calls_in_the_end(speaker) <= 3


async def test_a_failure_before_the_first_sound_is_a_plain_answer(speaker: Speaker) -> None:
    speaker.vendor.state.plan_faults(["401"], path=SPEECH)
    answer = await speaker.person.http.post(f"{speaker.path}/stream", json={"text": TEXT})
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unauthorized")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_file_that_breaks_off_does_not_look_whole(speaker: Speaker) -> None:
    speaker.vendor.state.plan_faults(["ok", "ok", "401"], path=SPEECH)
    body = {"text": TEXT}
    async with speaker.person.http.stream("POST", f"{speaker.path}/stream", json=body) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx2.RemoteProtocolError):
            async for _ in answer.aiter_bytes():
                pass


async def test_events_that_break_off_say_why(speaker: Speaker) -> None:
    speaker.vendor.state.plan_faults(["ok", "401"], path=SPEECH)
    spoken, failed = await sentences_of(speaker.person, speaker.clone, TEXT)
    assert spoken.data["text"] == SENTENCES[0]
    assert failed.name == "error"
    assert failed.data["code"] == "provider_unauthorized"
    assert failed.data["retryable"] is False
    assert "canary" not in str(failed.data)


async def test_events_of_a_voice_that_fails_at_once_begin_with_the_failure(
    speaker: Speaker,
) -> None:
    speaker.vendor.state.plan_faults(["401"], path=SPEECH)
    [failed] = await sentences_of(speaker.person, speaker.clone, TEXT)
    assert (failed.name, failed.data["code"]) == ("error", "provider_unauthorized")


async def test_no_connection_is_held_while_sound_flows(speaker: Speaker) -> None:
    speaker.vendor.state.knobs.alat = 500
    body = {"text": TEXT}
    async with speaker.person.http.stream("POST", f"{speaker.path}/stream", json=body) as answer:
        pieces = answer.aiter_bytes()
        await anext(pieces)
        await eventually(speaker.connections_in_use, lambda count: count == 0)
        assert await speaker.calls() < len(SENTENCES)
        assert b"".join([piece async for piece in pieces])


async def test_a_long_text_is_spoken_to_its_end(ada: Person) -> None:
    clone = await create_clone(ada)
    text = ("The keeper wrote it down, as he did every evening of his life. " * 80)[:5000]
    *spoken, end = await sentences_of(ada, clone, text)
    assert " ".join(event.data["text"] for event in spoken) == text.strip() + "."
    assert end.data["sentences"] == len(spoken) > 70


async def test_speed_and_voice_hold_for_each_sentence(ada: Person) -> None:
    clone = await create_clone(ada, tts_speed=2)
    *fast, _ = await sentences_of(ada, clone, TEXT)
    path = f"/api/chat/tts/{clone}/sentences"
    *slow, end = await post_stream(ada.http, path, {"text": TEXT, "speed": 0.5, "voice_id": "deep"})
    for one, other in zip(fast, slow, strict=True):
        ratio = other.data["duration_seconds"] / one.data["duration_seconds"]
        assert ratio == pytest.approx(4, rel=0.01)
        assert (one.data["voice_id"], other.data["voice_id"]) == ("calm", "deep")
    assert end.data["speed"] == 0.5
