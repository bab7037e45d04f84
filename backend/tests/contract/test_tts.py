"""Every registered voice gives a valid WAV that is longer for a longer text."""

import io
import wave
from collections.abc import AsyncIterator
from typing import cast

import pytest

from clonememoria.core.config import Settings
from clonememoria.providers.catalog import Providers
from clonememoria.providers.registry import VENDORS
from clonememoria.providers.tts.base import Speech, TextToSpeech
from tests.fakes import speech_server
from tests.fakes.api_server import FakeServer

SENTENCE = "Green tea is brewed at eighty degrees. "


@pytest.fixture(scope="session")
async def external(settings: Settings) -> AsyncIterator[TextToSpeech]:
    """Has the one address of all speech to itself."""
    async with speech_server.running() as server:
        providers = Providers(settings.model_copy(update={"tts_api_base_url": server.url}))
        yield providers.tts("external")
        await providers.aclose()


@pytest.fixture(params=[vendor.name for vendor in VENDORS["tts"] if vendor.is_installed])
def tts(
    request: pytest.FixtureRequest, providers: Providers, external: TextToSpeech
) -> TextToSpeech:
    return external if request.param == "external" else providers.tts(request.param)


async def say(tts: TextToSpeech, text: str, *, speed: float = 1.0) -> Speech:
    return await tts.synthesize(text, voice=tts.default_voice, speed=speed)


async def test_the_audio_is_a_mono_wav_that_tells_its_length(tts: TextToSpeech) -> None:
    speech = await say(tts, SENTENCE)

    with wave.open(io.BytesIO(speech.audio)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert file.getframerate() == speech.sample_rate
        seconds = file.getnframes() / file.getframerate()
    assert seconds == pytest.approx(speech.duration_s)
    assert seconds > 0.2


async def test_a_longer_text_sounds_longer(tts: TextToSpeech) -> None:
    assert (await say(tts, SENTENCE * 4)).duration_s > 2 * (await say(tts, SENTENCE)).duration_s


async def test_a_text_of_many_pages_is_spoken_to_its_end(tts: TextToSpeech) -> None:
    sentence = await say(tts, SENTENCE)

    whole = await say(tts, SENTENCE * 150)

    assert whole.duration_s == pytest.approx(150 * sentence.duration_s, rel=0.2)


@pytest.mark.parametrize("speed", [0.5, 2.0])
async def test_speed_divides_the_duration(tts: TextToSpeech, speed: float) -> None:
    usual = await say(tts, SENTENCE * 4)

    changed = await say(tts, SENTENCE * 4, speed=speed)

    assert changed.duration_s == pytest.approx(usual.duration_s / speed, rel=0.15)


async def test_every_offered_voice_speaks(tts: TextToSpeech) -> None:
    voices = await tts.voices()

    assert voices[0] == tts.default_voice
    assert len(set(voices)) == len(voices)
    for voice in voices:
        assert (await tts.synthesize("Hello", voice=voice)).duration_s > 0.1


async def test_half_a_surrogate_pair_and_control_characters_do_no_harm(tts: TextToSpeech) -> None:
    speech = await say(tts, "Tea \ud83c and\x00 more \x01500S\x1b tea, \ud83c\udf75.")

    assert speech.duration_s > 0.5


async def test_openais_speech_sends_a_speed_only_where_one_is_wanted(
    providers: Providers, upstream: FakeServer
) -> None:
    openai = providers.tts("openai")
    await openai.synthesize("tea", voice="alloy")
    await openai.synthesize("tea", voice="alloy", speed=1.5)

    usual, fast = (cast(dict[str, object], sent["body"]) for sent in upstream.state.recent)
    assert "speed" not in usual
    assert fast["speed"] == 1.5
