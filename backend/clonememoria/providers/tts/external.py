"""Speech by any HTTP endpoint: a text goes out as JSON, a sound comes back."""

import asyncio
import base64
from typing import Final, Self

import httpx2
import msgspec

from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderDown, ProviderMalformed, ProviderTimeout
from clonememoria.providers.guard import endpoint_id
from clonememoria.providers.http import (
    MAX_BODY_BYTES,
    bounded_client,
    decoded,
    error_of_status,
    first_secret,
    sendable,
)
from clonememoria.providers.tts.base import Speech
from clonememoria.providers.tts.sound import read_sound
from clonememoria.providers.tts.wav import spoken

TIMEOUT_S: Final = 120.0
VOICES_TIMEOUT_S: Final = 2.0
DEFAULT_VOICE: Final = "default"

_ADVICE: Final = {
    404: "There is nothing under this address; check TTS_API_BASE_URL",
    413: "This text is too long for the speech server; speak a part of it",
}


class _Wrapped(msgspec.Struct):
    """A sound inside JSON."""

    audio_base64: str = ""
    audio: str = ""


class _Voice(msgspec.Struct):
    id: str


_WRAPPED: Final = msgspec.json.Decoder(_Wrapped)
_VOICES: Final = msgspec.json.Decoder(list[str | _Voice])


class ExternalSpeech:
    name = "external"
    model = ""
    has_open_voices = True

    def __init__(self, *, url: str, api_key: str | None, voice: str | None) -> None:
        self.endpoint = endpoint_id(self.name, url=url, key=api_key)
        self.default_voice = voice or DEFAULT_VOICE
        self._url = url
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = bounded_client(httpx2.AsyncClient, timeout_s=TIMEOUT_S)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            url=settings.tts_api_base_url or "",
            api_key=first_secret(settings.tts_api_key),
            voice=settings.tts_default_voice_id,
        )

    async def synthesize(self, text: str, *, voice: str, speed: float = 1.0) -> Speech:
        wanted = {
            "text": sendable(text),
            "voice": sendable(voice),
            "voice_id": sendable(voice),
            "speed": speed,
            "format": "wav",
        }
        body = await self._answer(wanted)
        is_json = body.lstrip()[:1] == b"{"
        file = await asyncio.to_thread(_unwrapped, body) if is_json else body
        return spoken(await read_sound(file))

    async def voices(self) -> list[str]:
        listed = await self._listed_voices()
        return [self.default_voice, *(voice for voice in listed if voice != self.default_voice)]

    async def _listed_voices(self) -> list[str]:
        """What GET /voices lists; nothing where there is no such thing, as most servers.

        Raise ProviderDown where there is no server: whatever it answers, it is there.
        """
        try:
            async with asyncio.timeout(VOICES_TIMEOUT_S):
                answer = await self._sent("GET", f"{self._url.rstrip('/')}/voices")
            voices = decoded(answer.content, _VOICES) if answer.is_success else []
        except TimeoutError:
            raise ProviderTimeout from None
        except ProviderMalformed:
            return []
        return [voice if isinstance(voice, str) else voice.id for voice in voices]

    async def _sent(
        self, method: str, url: str, body: dict[str, object] | None = None
    ) -> httpx2.Response:
        try:
            return await self._client.request(method, url, json=body, headers=self._headers)
        except httpx2.TimeoutException:
            raise ProviderTimeout from None
        except httpx2.TransportError:
            raise ProviderDown from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise ProviderMalformed from None

    async def _answer(self, body: dict[str, object]) -> bytes:
        answer = await self._sent("POST", self._url, body)
        if not answer.is_success:
            advice = _ADVICE.get(answer.status_code)
            raise error_of_status(answer.status_code, headers=answer.headers, advice=advice)
        if len(answer.content) >= MAX_BODY_BYTES:
            raise ProviderMalformed
        return answer.content

    async def aclose(self) -> None:
        await self._client.aclose()


def _unwrapped(body: bytes) -> bytes:
    wrapped = decoded(body, _WRAPPED)
    try:
        return base64.b64decode(wrapped.audio_base64 or wrapped.audio, validate=True)
    except ValueError:
        raise ProviderMalformed from None
