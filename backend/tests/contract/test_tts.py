"""Every registered voice gives a valid WAV that is longer for a longer text."""

import io
import wave

import pytest

from clonememoria.providers.catalog import Providers
from clonememoria.providers.registry import VENDORS
from clonememoria.providers.tts.base import Speech, TextToSpeech

every_voice = pytest.mark.parametrize("name", [vendor.name for vendor in VENDORS["tts"]])

SENTENCE = "Green tea is brewed at eighty degrees. "


async def say(speech: TextToSpeech, text: str, *, voice: str | None = None) -> Speech:
    return await speech.synthesize(text, voice=voice or speech.default_voice)


@every_voice
async def test_the_audio_is_a_mono_wav_that_tells_its_length(
    providers: Providers, name: str
) -> None:
    speech = await say(providers.tts(name), SENTENCE)

    with wave.open(io.BytesIO(speech.audio)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert file.getframerate() == speech.sample_rate
        seconds = file.getnframes() / file.getframerate()
    assert seconds == pytest.approx(speech.duration_s)
    assert seconds > 0.2


@every_voice
async def test_a_longer_text_sounds_longer(providers: Providers, name: str) -> None:
    tts = providers.tts(name)

    assert (await say(tts, SENTENCE * 4)).duration_s > 2 * (await say(tts, SENTENCE)).duration_s


@every_voice
async def test_a_text_of_many_pages_is_spoken_to_its_end(providers: Providers, name: str) -> None:
    tts = providers.tts(name)
    sentence = await say(tts, SENTENCE)

    whole = await say(tts, SENTENCE * 150)

    assert whole.duration_s == pytest.approx(150 * sentence.duration_s, rel=0.2)


@every_voice
async def test_every_offered_voice_speaks(providers: Providers, name: str) -> None:
    tts = providers.tts(name)
    voices = await tts.voices()

    assert voices[0] == tts.default_voice
    for voice in voices:
        assert (await say(tts, "Hello", voice=voice)).audio
