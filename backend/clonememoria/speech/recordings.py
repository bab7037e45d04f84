"""Sentences as they were spoken: each is made once, and kept for whoever wants it next."""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from clonememoria.core.cache import Cache
from clonememoria.providers.tts.base import TextToSpeech
from clonememoria.providers.tts.wav import Wav, duration_s, read_wav

KEPT_FOR_S: Final = 24 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class Voice:
    """`speed` is relative to the voice's own."""

    tts: TextToSpeech
    id: str
    speed: float


@dataclass(frozen=True, slots=True)
class Recording:
    """`is_new` for the one for whom it was made, who pays for it."""

    sound: Wav
    is_new: bool

    @property
    def duration_s(self) -> float:
        return duration_s(self.sound.pcm, sample_rate=self.sound.sample_rate)


@dataclass(slots=True)
class _Making:
    """Goes on as long as anybody waits for it."""

    task: asyncio.Task[Wav]
    waiting: int = 0
    _is_paid: bool = False

    def charge(self) -> bool:
        """True for the first of those who waited to the end."""
        is_first, self._is_paid = not self._is_paid, True
        return is_first


class Recordings:
    """Those of this process. A vendor is asked once for what many want at the same time."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._in_making: dict[str, _Making] = {}

    async def record(self, text: str, voice: Voice) -> Recording:
        """Raise a ProviderError."""
        key = _key(text, voice)
        if kept := await self._cache.get(key):
            return Recording(read_wav(kept), is_new=False)
        making = self._in_making.get(key)
        if making is None:
            task = asyncio.create_task(self._make(key, text, voice))
            making = self._in_making[key] = _Making(task)
        making.waiting += 1
        try:
            sound = await asyncio.shield(making.task)
        finally:
            making.waiting -= 1
            if not making.waiting:
                # Over, or nobody wants it any more.
                making.task.cancel()
                del self._in_making[key]
        return Recording(sound, is_new=making.charge())

    async def _make(self, key: str, text: str, voice: Voice) -> Wav:
        speech = await voice.tts.synthesize(text, voice=voice.id, speed=voice.speed)
        sound = read_wav(speech.audio)
        await self._cache.put(key, speech.audio, ttl_s=KEPT_FOR_S)
        return sound


def _key(text: str, voice: Voice) -> str:
    """Everything that the sound depends on, and not whose text it is.

    Who asks for a text has it already, and learns nothing from hearing it. That it was spoken
    before shows only in how soon it comes, to those who know every word of it.
    """
    tts = voice.tts
    parts = [tts.name, tts.endpoint, tts.model, voice.id, round(voice.speed, 2), text]
    return "speech:" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def recordings_of(request: Request) -> Recordings:
    return cast(Recordings, request.app.state.recordings)


AppRecordings = Annotated[Recordings, Depends(recordings_of)]
