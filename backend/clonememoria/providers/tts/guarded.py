"""Speech that cannot hang, hammer or fail unnoticed; wraps any vendor's."""

import asyncio

from clonememoria.core.errors import ProviderTimeout
from clonememoria.providers.guard import Guard, persistently
from clonememoria.providers.tts.base import Speech, TextToSpeech


class GuardedSpeech:
    def __init__(
        self, inner: TextToSpeech, guard: Guard, *, timeout_s: float, retry_after_max_s: float
    ) -> None:
        self.name = inner.name
        self.endpoint = inner.endpoint
        self.model = inner.model
        self.default_voice = inner.default_voice
        self.has_open_voices = inner.has_open_voices
        self.guard = guard
        self._inner = inner
        self._timeout_s = timeout_s
        self._retry_after_max_s = retry_after_max_s

    async def synthesize(self, text: str, *, voice: str, speed: float = 1.0) -> Speech:
        return await persistently(
            lambda: self._try(text, voice, speed), retry_after_max_s=self._retry_after_max_s
        )

    async def _try(self, text: str, voice: str, speed: float) -> Speech:
        async with self.guard.call() as call:
            try:
                async with asyncio.timeout(self._timeout_s):
                    speech = await self._inner.synthesize(text, voice=voice, speed=speed)
            except TimeoutError:
                raise ProviderTimeout from None
            await call.answered()
            return speech

    async def voices(self) -> list[str]:
        return await self._inner.voices()

    async def aclose(self) -> None:
        await self._inner.aclose()
