"""Conversations and messages as clients see them."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from clonememoria.chat.schemas import SourceOut, UsageOut
from clonememoria.core.text import ShortText, storable
from clonememoria.models import Conversation, Message, MessageRole, MessageStatus, ReplyMode

Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    AfterValidator(storable),
]
Tags = Annotated[list[Tag], Field(max_length=20)]
Space = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    AfterValidator(storable),
]
MessageText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(storable),
]


class NewMessage(BaseModel):
    """A system message would speak to the model in the product's name: it is refused."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"] = "user"
    content: MessageText


class NewConversation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    clone_id: UUID
    title: ShortText = ""
    space: Space = "default"
    tags: Tags = []
    initial_message: NewMessage | None = None


class ConversationChange(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"title": "Refunds and returns"}}
    )

    title: Annotated[ShortText, Field(min_length=1)] | None = None
    space: Space | None = None
    tags: Tags | None = None


class MessageOut(BaseModel):
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
    feedback: dict[str, str | int] | None
    metadata: dict[str, str]
    created_at: datetime

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls.model_validate(
            {name: getattr(message, _ATTRIBUTE.get(name, name)) for name in cls.model_fields}
        )


class ConversationOut(BaseModel):
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
    messages: list[MessageOut] = []


# SQLAlchemy's classes have a `metadata` of their own.
_ATTRIBUTE = {"metadata": "attributes"}
