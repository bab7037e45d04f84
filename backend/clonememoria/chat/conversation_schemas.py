"""Conversations and messages as clients see them."""

from datetime import datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from clonememoria.chat.schemas import (
    EXAMPLE_ID,
    EXAMPLE_SOURCE,
    EXAMPLE_USAGE,
    SkipOut,
    SourceOut,
    UsageOut,
)
from clonememoria.core.text import ShortText, one_line, storable
from clonememoria.models import Conversation, Message, MessageRole, MessageStatus, ReplyMode

Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    AfterValidator(storable),
    AfterValidator(one_line),
]
Tags = Annotated[list[Tag], Field(max_length=20)]
Space = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    AfterValidator(storable),
    AfterValidator(one_line),
]
MessageText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(storable),
]

EXAMPLE_MESSAGE: Final[JsonDict] = {
    "id": EXAMPLE_ID,
    "conversation_id": EXAMPLE_ID,
    "parent_id": EXAMPLE_ID,
    "role": "assistant",
    "content": "Refunds are paid within 14 days [1].",
    "status": "complete",
    "mode": "rag",
    "finish_reason": "stop",
    "sources": [EXAMPLE_SOURCE],
    "usage": EXAMPLE_USAGE,
    "skipped": [],
    "feedback": None,
    "metadata": {"provider": "dummy", "model": "extractive"},
    "created_at": "2026-11-20T10:00:00Z",
}
EXAMPLE_CONVERSATION: Final[JsonDict] = {
    "id": EXAMPLE_ID,
    "clone_id": EXAMPLE_ID,
    "title": "How are refunds paid?",
    "space": "default",
    "tags": [],
    "message_count": 2,
    "last_message_preview": "Refunds are paid within 14 days [1].",
    "metadata": {},
    "created_at": "2026-11-20T10:00:00Z",
    "updated_at": "2026-11-20T10:00:05Z",
}


class NewMessage(BaseModel):
    """A system message would speak to the model in the product's name: it is refused."""

    model_config = ConfigDict(json_schema_extra={"example": {"role": "user", "content": "Hello"}})

    role: Literal["user", "assistant"] = "user"
    content: MessageText


class NewConversation(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"clone_id": EXAMPLE_ID, "title": "Refunds"}}
    )

    clone_id: UUID
    title: ShortText = ""
    space: Space = "default"
    tags: Tags = []
    initial_message: NewMessage | None = None


class ConversationChange(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"title": "Refunds and returns"}})

    title: Annotated[ShortText, Field(min_length=1)] | None = None
    space: Space | None = None
    tags: Tags | None = None


class MessageOut(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_MESSAGE})

    id: UUID
    conversation_id: UUID
    parent_id: UUID | None
    role: MessageRole
    content: str
    status: MessageStatus
    mode: ReplyMode | None
    finish_reason: str | None
    sources: list[SourceOut]
    usage: UsageOut | None
    skipped: list[SkipOut]
    feedback: dict[str, str | int] | None
    metadata: dict[str, str]
    created_at: datetime

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls.model_validate(
            {name: getattr(message, _ATTRIBUTE.get(name, name)) for name in cls.model_fields}
        )


class ConversationOut(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_CONVERSATION})

    id: UUID
    clone_id: UUID
    title: str
    space: str
    tags: list[str]
    message_count: int
    last_message_preview: str
    metadata: dict[str, str]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        return cls.model_validate(
            {
                name: getattr(conversation, _ATTRIBUTE.get(name, name))
                for name in ConversationOut.model_fields
            }
        )


class ConversationWithMessages(ConversationOut):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **EXAMPLE_CONVERSATION,
                "messages": [EXAMPLE_MESSAGE],
                "usage": EXAMPLE_USAGE,
            }
        }
    )

    messages: list[MessageOut] = []
    usage: UsageOut = Field(
        UsageOut(prompt_tokens=0, completion_tokens=0, cost_usd=0.0),
        description="Of all its replies.",
    )


# SQLAlchemy's classes have a `metadata` of their own.
_ATTRIBUTE = {"metadata": "attributes"}
