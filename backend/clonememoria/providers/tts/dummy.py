"""A voice without a model: a soft melody as long as the text would take to say."""

import asyncio
import zlib
from typing import Self

import numpy as np
from numpy.typing import NDArray

from clonememoria.core.config import Settings
from clonememoria.providers.tts.base import Speech
from clonememoria.providers.tts.wav import Wav, spoken

SAMPLE_RATE = 24_000
CHARACTERS_PER_S = 15.0
MIN_DURATION_S = 0.3
MAX_DURATION_S = 600.0
NOTE_S = 0.18
LOUDNESS = 0.25

# A major pentatonic scale: whatever follows whatever, it sounds friendly.
SCALE_SEMITONES = (0, 2, 4, 7, 9, 12)
VOICE_PITCH_HZ = {"calm": 196.0, "deep": 130.8, "bright": 293.7}


class DummySpeech:
    name = "dummy"
    endpoint = "dummy"
    model = ""
    default_voice = "calm"
    has_open_voices = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:  # noqa: ARG003 - it needs none of them
        return cls()

    async def synthesize(self, text: str, *, voice: str, speed: float = 1.0) -> Speech:
        return await asyncio.to_thread(_hum, text, voice, speed)

    async def voices(self) -> list[str]:
        return list(VOICE_PITCH_HZ)

    async def aclose(self) -> None:
        return None


def _hum(text: str, voice: str, speed: float) -> Speech:
    spoken_s = len(text) / CHARACTERS_PER_S / speed
    samples = round(min(max(spoken_s, MIN_DURATION_S), MAX_DURATION_S) * SAMPLE_RATE)
    pcm = (_melody(text, voice, samples) * (32_767 * LOUDNESS)).astype("<i2").tobytes()
    return spoken(Wav(pcm, SAMPLE_RATE))


def _melody(text: str, voice: str, samples: int) -> NDArray[np.float32]:
    """Values in -1..1: one decaying note after the other, the tune drawn from the text."""
    note_samples = round(NOTE_S * SAMPLE_RATE)
    notes = -(-samples // note_samples)
    tune = np.random.default_rng(zlib.crc32(text.encode("utf-8", "replace")))
    steps = tune.choice(SCALE_SEMITONES, size=notes)
    pitches = VOICE_PITCH_HZ.get(voice, _pitch_of(voice)) * 2 ** (steps / 12)
    seconds = np.arange(note_samples, dtype=np.float32) / SAMPLE_RATE
    phases = (2 * np.pi * pitches[:, None] * seconds).astype(np.float32)
    envelope = np.minimum(seconds / 0.012, 1) * np.exp(-seconds * 9)
    wave = (np.sin(phases) + 0.3 * np.sin(2 * phases)) / 1.3 * envelope
    melody: NDArray[np.float32] = wave.reshape(-1)[:samples].astype(np.float32)
    return melody


def _pitch_of(voice: str) -> float:
    """A voice that is not in the list still has its own, steady pitch."""
    return 130.0 + zlib.crc32(voice.encode("utf-8", "replace")) % 170
