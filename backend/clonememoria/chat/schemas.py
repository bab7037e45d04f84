"""What clients send to a clone and get back from it."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)
from pydantic.config import JsonDict

from clonememoria.core.errors import EmptyQuery, QueryTooLong
from clonememoria.core.text import storable
from clonememoria.models import ReplyMode

MAX_QUESTION_CHARS: Final = 4000
MAX_PASSAGES: Final = 50


def _question(value: str, info: ValidationInfo) -> str:
    """With codes of their own, so that a client can tell the two apart."""
    trimmed = storable(value).strip()
    field = ("body", str(info.field_name))
    if not trimmed:
        raise EmptyQuery(field=field)
    if len(trimmed) > MAX_QUESTION_CHARS:
        raise QueryTooLong(field=field)
    return trimmed


Question = Annotated[str, AfterValidator(_question)]


class Ask(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"content": "How are refunds paid?", "use_rag": True, "limit": 3}
        },
    )

    content: Question
    conversation_id: UUID | None = None
    use_rag: bool = True
    sources: Annotated[list[UUID], Field(max_length=200)] = []
    limit: Annotated[int | None, Field(ge=1, le=MAX_PASSAGES)] = Field(
        default=None, description="Passages for the prompt; the clone's setting, 3, by default."
    )
    client_message_id: (
        Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable)]
        | None
    ) = Field(default=None, description="The same id again gives the same reply.")


EXAMPLE_ID: Final = "019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c"
EXAMPLE_SOURCE: Final[JsonDict] = {
    "index": 1,
    "document_id": EXAMPLE_ID,
    "document_name": "Shop rules",
    "chunk_id": EXAMPLE_ID,
    "page_number": 3,
    "char_start": 120,
    "char_end": 168,
    "relevance_score": 0.81,
    "excerpt": "Refunds are paid within 14 days to the card used.",
    "url": None,
}
EXAMPLE_SKIP: Final[JsonDict] = {
    "provider": "openai",
    "model": "gpt-4o-mini",
    "code": "provider_timeout",
    "detail": "The provider did not answer in time",
}
EXAMPLE_USAGE: Final[JsonDict] = {
    "prompt_tokens": 412,
    "completion_tokens": 9,
    "cost_usd": 0.0,
}


class SourceOut(BaseModel):
    """A passage that was in the prompt; `excerpt` is it to the letter."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_SOURCE})

    index: int
    document_id: UUID
    document_name: str
    chunk_id: UUID
    page_number: int | None
    char_start: int
    char_end: int
    relevance_score: Annotated[float, Field(ge=0, le=1)]
    excerpt: str
    url: str | None


class UsageOut(BaseModel):
    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": EXAMPLE_USAGE})

    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


class SkipOut(BaseModel):
    """A provider that was asked before and did not answer."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_SKIP})

    provider: str
    model: str
    code: str
    detail: str


class TroubleOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    detail: str
    retryable: bool


class Answer(BaseModel):
    """In mode `error_fallback` the message is a fixed apology, and `error` says why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "message": "Refunds are paid within 14 days [1].",
                "message_id": EXAMPLE_ID,
                "conversation_id": EXAMPLE_ID,
                "mode": "rag",
                "sources": [EXAMPLE_SOURCE],
                "usage": EXAMPLE_USAGE,
                "finish_reason": "stop",
                "provider": "dummy",
                "model": "extractive",
                "skipped": [EXAMPLE_SKIP],
                "error": None,
            }
        }
    )

    message: str
    message_id: UUID
    conversation_id: UUID
    mode: ReplyMode
    sources: list[SourceOut]
    usage: UsageOut
    finish_reason: str
    provider: str
    model: str
    skipped: list[SkipOut]
    error: TroubleOut | None


class Stopped(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"message_id": EXAMPLE_ID, "finish_reason": "stopped"}}
    )

    message_id: UUID
    finish_reason: str | None
