"""Speech offline, real if robotic: eSpeak NG in child processes, in a hundred languages."""

import asyncio
import re
from typing import Final, Self

from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderRejected
from clonememoria.providers.tts.base import Speech
from clonememoria.providers.tts.espeak_child import MAX_SPEECH_S, Refused, Say
from clonememoria.providers.tts.espeak_processes import EspeakProcesses
from clonememoria.providers.tts.wav import Wav, spoken

DEFAULT_VOICE: Final = "en-us"
# The library takes 80 to 450, so that this can be halved and doubled.
WORDS_PER_MINUTE: Final = 160
MAX_PROCESSES: Final = 2

# The library ends at NUL and takes orders after \x01; halves of surrogate pairs cannot be sent.
_UNSPEAKABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

_REFUSALS: Final = {
    "unknown_voice": "eSpeak has no such voice; choose a language such as en-us, de or en-us+f3",
    "too_long": f"This text takes more than {MAX_SPEECH_S // 60} minutes to say; "
    "speak a part of it, or choose a voice of its language",
}


class EspeakSpeech:
    name = "espeak"
    endpoint = "espeak"
    model = ""
    # Each one can be varied: en-us+f3, en-us+whisper.
    has_open_voices = True

    def __init__(self, *, voice: str = DEFAULT_VOICE) -> None:
        self.default_voice = voice
        self._processes = EspeakProcesses(most=MAX_PROCESSES)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        # Where another provider is the default, the voice is meant for that one.
        is_default = settings.tts_default_provider == cls.name
        return cls(voice=(settings.tts_default_voice_id if is_default else None) or DEFAULT_VOICE)

    async def synthesize(self, text: str, *, voice: str, speed: float = 1.0) -> Speech:
        request = Say(_plain(text), _plain(voice), round(WORDS_PER_MINUTE * speed))
        async with self._processes.borrowed() as process:
            answer = await process.say(request)
            sample_rate = process.ready.sample_rate
        if isinstance(answer, Refused):
            raise ProviderRejected(_REFUSALS[answer.reason])
        # A copy of half an hour takes 40 ms.
        return await asyncio.to_thread(lambda: spoken(Wav(b"".join(answer), sample_rate)))

    async def voices(self) -> list[str]:
        async with self._processes.borrowed() as process:
            listed = process.ready.voices
        return [self.default_voice, *(voice for voice in listed if voice != self.default_voice)]

    async def aclose(self) -> None:
        await self._processes.aclose()


def _plain(text: str) -> str:
    return _UNSPEAKABLE.sub(" ", text)
