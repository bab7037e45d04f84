"""What the clones API takes and gives: the shapes, their bounds and their examples."""

import re
from collections.abc import MutableMapping
from datetime import datetime
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from clonememoria.clones.categories import Category, Domain
from clonememoria.core.text import LongText, Name, ShortText, storable
from clonememoria.models import AnswerMode, SearchMode

MAX_EMBEDDED_AVATAR: Final = 150_000
EMBEDDED_AVATAR: Final = re.compile(r"data:image/(png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}")
MAX_STYLES: Final = 20

RagStatus = Literal["pending", "initializing", "ready", "error", "disabled", "maintenance"]


def _safe_avatar(value: str) -> str:
    if EMBEDDED_AVATAR.fullmatch(value):
        return value
    address = urlsplit(value)
    if address.scheme != "https" or not address.hostname or address.username or len(value) > 2048:
        raise ValueError("is neither an https address nor a PNG, JPEG or WebP as data: URL")
    return value


Avatar = Annotated[
    str,
    StringConstraints(max_length=MAX_EMBEDDED_AVATAR, pattern=r"^\S+$"),
    AfterValidator(storable),
    AfterValidator(_safe_avatar),
]
Style = Annotated[dict[ShortText, ShortText], Field(max_length=MAX_STYLES)]
ProviderName = Annotated[
    str, StringConstraints(min_length=1, max_length=50), AfterValidator(storable)
]
Choice = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable)]
# Strict: neither "0.7" nor true is a number.
Temperature = Annotated[float, Field(strict=True, ge=0, le=2)]
MaxTokens = Annotated[int, Field(strict=True, ge=1, le=32_768)]
Speed = Annotated[float, Field(strict=True, ge=0.5, le=2)]
TopK = Annotated[int, Field(strict=True, ge=1, le=50)]


def _without_defaults(schema: JsonDict) -> None:
    """In a patch, what is not sent stays: a default in the schema would say otherwise."""
    properties = schema["properties"]
    if isinstance(properties, MutableMapping):
        for described in properties.values():
            if isinstance(described, MutableMapping):
                described.pop("default", None)


class RetrievalPatch(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=_without_defaults)

    top_k: TopK = 3
    mode: SearchMode = "hybrid"
    answer_mode: AnswerMode = "balanced"


class SettingsFields(BaseModel):
    """A new provider without a model or voice takes that provider's default one."""

    llm_provider: ProviderName | None = Field(None, examples=["dummy"])
    llm_model: Choice | None = None
    temperature: Temperature = Field(0.7, examples=[0.3])
    max_tokens: MaxTokens = Field(1024, examples=[2048])
    embedding_provider: ProviderName | None = Field(None, examples=["dummy"])
    embedding_model: Choice | None = None
    tts_provider: ProviderName | None = Field(None, examples=["dummy"])
    tts_voice_id: Choice | None = None
    tts_speed: Speed = Field(1.0, examples=[1.2])
    retrieval: RetrievalPatch = Field(
        default_factory=RetrievalPatch, examples=[{"top_k": 5, "mode": "hybrid"}]
    )


class ProfileFields(BaseModel):
    category: Category = "other"
    professional_title: ShortText = Field("", examples=["Family doctor"])
    bio: LongText = Field("", examples=["Thirty years in a village practice."])
    credentials_qualifications: LongText = Field("", examples=["MD, University of Vienna"])
    communication_style: Style = Field(default_factory=dict, examples=[{"tone": "warm"}])
    system_prompt: LongText = Field("", examples=["Never name a dose without a source."])
    greeting: LongText = Field("", examples=["What can I do for you?"])
    avatar_url: Avatar | None = Field(None, examples=["https://example.org/ada.png"])
    is_published: bool = Field(False, strict=True)


class CloneCreate(ProfileFields, SettingsFields):
    name: Name = Field(examples=["Dr. Ada Winter"])
    enable_rag: bool = Field(True, strict=True)


class ClonePatch(ProfileFields, SettingsFields):
    """Only what is sent changes; a whole Clone may be sent, of which the rest is ignored."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    name: Name = ""
    rag_enabled: bool = Field(True, strict=True)


class CloneSettingsPatch(SettingsFields):
    """Only what is sent changes. Null means: as the installation has it.

    A new provider without a model or voice takes that provider's default one.
    """

    # A misspelt setting that is ignored would look like one that has no effect.
    model_config = ConfigDict(extra="forbid", json_schema_extra=_without_defaults)


class Retrieval(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"top_k": 3, "mode": "hybrid", "answer_mode": "balanced"}}
    )

    top_k: int
    mode: SearchMode
    answer_mode: AnswerMode


class Reembedding(BaseModel):
    """What serves until the new vectors are complete, or while `error_message` says why not.

    Sending the same embedding again makes one more try.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "serving_provider": "dummy",
                "serving_model": "hashed-words-384",
                "progress_percentage": 40,
                "error_message": None,
            }
        }
    )

    serving_provider: str
    serving_model: str
    progress_percentage: int
    error_message: str | None


class CloneSettings(BaseModel):
    """What the next message will use; `inherited` names what follows the installation's default.

    A model or voice is null where its provider is no longer configured.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "llm_provider": "dummy",
                "llm_model": "extractive",
                "temperature": 0.7,
                "max_tokens": 1024,
                "embedding_provider": "dummy",
                "embedding_model": "hashed-words-384",
                "tts_provider": "dummy",
                "tts_voice_id": "calm",
                "tts_speed": 1.0,
                "retrieval": {"top_k": 3, "mode": "hybrid", "answer_mode": "balanced"},
                "inherited": ["llm_provider", "llm_model", "tts_provider", "tts_voice_id"],
                "reembedding": None,
            }
        }
    )

    llm_provider: str
    llm_model: str | None
    temperature: float
    max_tokens: int
    embedding_provider: str
    embedding_model: str
    tts_provider: str
    tts_voice_id: str | None
    tts_speed: float
    retrieval: Retrieval
    inherited: list[str]
    reembedding: Reembedding | None


class Clone(BaseModel):
    """`system_prompt` is null for everybody but the owner."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c",
                "slug": "dr-ada-winter",
                "name": "Dr. Ada Winter",
                "category": "medical",
                "domain": "health-wellness",
                "professional_title": "Family doctor",
                "bio": "Thirty years in a village practice.",
                "credentials_qualifications": "MD, University of Vienna",
                "communication_style": {"tone": "warm"},
                "system_prompt": "Never name a dose without a source.",
                "greeting": "What can I do for you?",
                "avatar_url": None,
                "is_published": False,
                "rag_enabled": True,
                "rag_status": "ready",
                "llm_provider": "dummy",
                "llm_model": "extractive",
                "temperature": 0.7,
                "max_tokens": 1024,
                "embedding_provider": "dummy",
                "embedding_model": "hashed-words-384",
                "tts_provider": "dummy",
                "tts_voice_id": "calm",
                "tts_speed": 1.0,
                "creator_id": "019367f5-0000-7c02-b2b5-1b9ff1cf1d2c",
                "document_count": 4,
                "failed_document_count": 0,
                "created_at": "2026-01-05T09:30:00Z",
                "updated_at": "2026-01-05T09:30:00Z",
            }
        }
    )

    id: UUID
    slug: str
    name: str
    category: Category
    domain: Domain
    professional_title: str
    bio: str
    credentials_qualifications: str
    communication_style: dict[str, str]
    system_prompt: str | None
    greeting: str
    avatar_url: str | None
    is_published: bool
    rag_enabled: bool
    rag_status: RagStatus
    llm_provider: str
    llm_model: str | None
    temperature: float
    max_tokens: int
    embedding_provider: str
    embedding_model: str
    tts_provider: str
    tts_voice_id: str | None
    tts_speed: float
    creator_id: UUID
    document_count: int
    failed_document_count: int = Field(description="Of one's own clone; a reader is told of none.")
    created_at: datetime
    updated_at: datetime
