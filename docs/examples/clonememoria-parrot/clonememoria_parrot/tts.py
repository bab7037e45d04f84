"""A voice that beeps once for each word."""

from typing import Self

import numpy as np

from clonememoria.core.config import Settings
from clonememoria.providers.tts.base import Speech
from clonememoria.providers.tts.wav import duration_s, wav_file

SAMPLE_RATE = 16_000
BEEP_S, PAUSE_S = 0.08, 0.12
PITCH_HZ = {"high": 880.0, "low": 220.0}


class Beeps:
    name = "beeps"
    endpoint = "beeps"
    model = ""
    default_voice = "high"
    has_open_voices = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:  # noqa: ARG003 - it needs none of them
        return cls()

    async def synthesize(self, text: str, *, voice: str, speed: float = 1.0) -> Speech:
        seconds = np.arange(round((BEEP_S + PAUSE_S) / speed * SAMPLE_RATE)) / SAMPLE_RATE
        beep = np.sin(2 * np.pi * PITCH_HZ[voice] * seconds) * (seconds < BEEP_S / speed)
        pcm = np.tile((beep * 8_000).astype("<i2"), max(1, len(text.split()))).tobytes()
        return Speech(
            audio=wav_file(pcm, sample_rate=SAMPLE_RATE),
            sample_rate=SAMPLE_RATE,
            duration_s=duration_s(pcm, sample_rate=SAMPLE_RATE),
        )

    async def voices(self) -> list[str]:
        return list(PITCH_HZ)

    async def aclose(self) -> None:
        return None
