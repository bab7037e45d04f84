"""What turns text into audio; knows no vendor and no cleaning of markdown."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Speech:
    """`audio` is a whole WAV file: PCM, 16 bit, mono."""

    audio: bytes
    sample_rate: int
    duration_s: float


class TextToSpeech(Protocol):
    name: str
    default_voice: str

    async def synthesize(self, text: str, *, voice: str) -> Speech:
        """Return the spoken text as WAV; raise a ProviderError."""
        ...

    async def voices(self) -> list[str]:
        """Voice ids to offer in a form, the default first; raise a ProviderError."""
        ...

    async def aclose(self) -> None: ...
