"""What the speech API takes and gives, with bounds and examples."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from clonememoria.core.text import Name, storable

MAX_TEXT_CHARACTERS: Final = 5000


class SpeechRequest(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "text": "The harbour was closed **in 1923** [1].",
                "voice_id": "calm",
                "format": "wav",
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


class SpokenText(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "audio_base64": "UklGRiQAAABXQVZFZm10IBAAAAABAAEA…",
                "format": "wav",
                "sample_rate": 24000,
                "duration_seconds": 2.2,
                "provider": "dummy",
            }
        }
    )

    audio_base64: str
    format: Literal["wav"]
    sample_rate: int
    duration_seconds: float
    provider: str
