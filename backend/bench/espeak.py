"""Offline speech through the provider: its guard, the child process and the pipes included."""

import time
from collections.abc import AsyncIterator
from statistics import median
from typing import Final

from bench.lag import measured_lag
from bench.result import Result
from bench.stage import Stage
from clonememoria.core.config import Settings
from clonememoria.providers.catalog import Providers
from clonememoria.providers.tts.base import TextToSpeech

SENTENCE: Final = "Green tea is brewed at eighty degrees, and never for longer than a minute. "
# One as it is streamed to a listener, and what a page takes.
SENTENCES: Final = (1, 100)
ROUNDS: Final = 9
TARGET_TIMES_REAL: Final = 100.0
TARGET_LAG_MS: Final = 50.0


async def measure(_stage: Stage) -> AsyncIterator[Result]:
    providers = Providers(Settings(_env_file=None))
    espeak = providers.tts("espeak")
    # The child starts with the first call, in a quarter of a second.
    await espeak.voices()
    async with measured_lag() as lag:
        for sentences in SENTENCES:
            yield await _measure(espeak, sentences)
    yield Result(
        what="espeak, the event loop meanwhile",
        bare="",
        ours="",
        figure=f"{lag.worst_s * 1000:.1f} ms",
        target=f"≤ {TARGET_LAG_MS:.0f} ms",
        is_met=lag.worst_s * 1000 <= TARGET_LAG_MS,
    )
    await providers.aclose()


async def _measure(espeak: TextToSpeech, sentences: int) -> Result:
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        speech = await espeak.synthesize(SENTENCE * sentences, voice=espeak.default_voice)
        rounds.append(time.perf_counter() - started)
    seconds = median(rounds)
    times_real = speech.duration_s / seconds
    return Result(
        what=f"espeak, {speech.duration_s:.0f} s of speech",
        bare=f"{speech.duration_s:.1f} s",
        ours=f"{seconds * 1000:.1f} ms",
        figure=f"{times_real:.0f} ×",
        target=f"≥ {TARGET_TIMES_REAL:.0f} ×",
        is_met=times_real >= TARGET_TIMES_REAL,
    )
