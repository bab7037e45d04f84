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
    """`endpoint` is what fails and heals together, as `guard.endpoint_id` makes it.

    `model` is empty where a vendor has none to choose. `has_open_voices` where other voices than
    the listed ones may exist.
    """

    name: str
    endpoint: str
    model: str
    default_voice: str
    has_open_voices: bool

    async def synthesize(self, text: str, *, voice: str, speed: float = 1.0) -> Speech:
        """Return the spoken text as WAV; raise a ProviderError.

        `speed` is relative to the voice's own, 0.5 to 2.
        """
        ...

    async def voices(self) -> list[str]:
        """Voice ids to offer in a form, the default first; raise a ProviderError."""
        ...

    async def aclose(self) -> None: ...
