"""What the speech API takes and gives, with bounds and examples."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from clonememoria.clones.schemas import ProviderName, Speed
from clonememoria.core.text import Name, storable

MAX_TEXT_CHARACTERS: Final = 5000


class SpeechRequest(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "text": "The harbour was closed **in 1923** [1].",
                "voice_id": "calm",
                "format": "wav",
                "speed": 1.2,
            }
        },
    )

    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT_CHARACTERS),
        AfterValidator(storable),
    ] = Field(description="Markdown, as the chat writes it: marks and citations are not spoken.")
    voice_id: Name | None = Field(None, description="One of the provider's voices.")
    format: Literal["wav"] = "wav"
    speed: Speed | None = Field(None, description="Relative to the voice's own; the clone's else.")
    provider: ProviderName | None = Field(
        None, description="To try a provider before it is chosen; for the clone's owner alone."
    )


class SpokenText(BaseModel):
    """`cached` where it was spoken before, so that it took no time and cost nothing."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "audio_base64": "UklGRiQAAABXQVZFZm10IBAAAAABAAEA…",
                "format": "wav",
                "sample_rate": 24000,
                "duration_seconds": 2.2,
                "provider": "dummy",
                "voice_id": "calm",
                "cached": False,
            }
        }
    )

    audio_base64: str
    format: Literal["wav"] = "wav"
    sample_rate: int
    duration_seconds: float
    provider: str
    voice_id: str
    cached: bool


class SpokenSentence(SpokenText):
    """One of `total`; `text` is what is said, without marks."""

    index: int
    total: int
    text: str


class SpokenToTheEnd(BaseModel):
    """`new_characters` are those that were not in the cache."""

    done: Literal[True] = True
    sentences: int
    duration_seconds: float
    characters: int
    new_characters: int
    provider: str
    voice_id: str
    speed: float


class SpeechFailed(BaseModel):
    """What had been sent before can be listened to."""

    code: str
    detail: str
    retryable: bool
