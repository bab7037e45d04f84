"""OpenAI's speech, and every server that speaks it."""

import re
from collections.abc import Iterator
from typing import Self

from openai import omit

from clonememoria.core.config import Settings
from clonememoria.providers.guard import endpoint_id
from clonememoria.providers.http import first_secret, sendable
from clonememoria.providers.openai_api import openai_client, our_errors
from clonememoria.providers.tts.base import Speech
from clonememoria.providers.tts.sound import read_sound
from clonememoria.providers.tts.wav import Wav, joined, spoken

TIMEOUT_S = 120.0
MAX_REQUEST_CHARACTERS = 4096

# developers.openai.com/api/docs/guides/text-to-speech
VOICES = (
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage",
    "shimmer", "verse",
)  # fmt: skip

_AFTER_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s*|(?<=\n)")


class OpenAISpeech:
    name = "openai"

    def __init__(
        self, *, base_url: str | None, api_key: str | None, model: str, voice: str | None
    ) -> None:
        self.endpoint = endpoint_id(self.name, url=base_url, key=api_key)
        self.default_voice = voice or VOICES[0]
        # Compatible servers have voices of their own.
        self.has_open_voices = base_url is not None
        self.model = model
        self._client = openai_client(base_url=base_url, api_key=api_key, timeout_s=TIMEOUT_S)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            base_url=settings.tts_api_base_url,
            api_key=first_secret(settings.tts_api_key, settings.openai_api_key),
            model=settings.tts_openai_model,
            voice=settings.tts_default_voice_id,
        )

    async def synthesize(self, text: str, *, voice: str, speed: float = 1.0) -> Speech:
        parts = speakable_parts(text)
        return spoken(joined([await self._say(part, voice, speed) for part in parts]))

    async def _say(self, text: str, voice: str, speed: float) -> Wav:
        with our_errors():
            async with self._client.audio.speech.with_streaming_response.create(
                input=sendable(text),
                model=self.model,
                voice=voice,
                response_format="wav",
                # Not every compatible server knows it.
                speed=omit if speed == 1.0 else speed,
            ) as response:
                file = await response.read()
        return await read_sound(file)

    async def voices(self) -> list[str]:
        return [self.default_voice, *(v for v in VOICES if v != self.default_voice)]

    async def aclose(self) -> None:
        await self._client.close()


def speakable_parts(text: str, *, max_characters: int = MAX_REQUEST_CHARACTERS) -> Iterator[str]:
    """The text in requests as long as allowed, cut after sentences where there are any."""
    part = ""
    for sentence in _AFTER_SENTENCE.split(text):
        if len(part) + 1 + len(sentence) > max_characters and part:
            yield part
            part = ""
        part = f"{part} {sentence}".strip()
        while len(part) > max_characters:
            yield part[:max_characters]
            part = part[max_characters:]
    if part:
        yield part
