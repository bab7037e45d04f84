"""Conversations and their messages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clonememoria.models.base import Base, Id, Instant
from clonememoria.models.vocabulary import (
    MessageRole,
    MessageStatus,
    ReplyMode,
    StoredSkip,
    StoredSource,
    StoredUsage,
)


class Conversation(Base):
    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_owner_id_updated_at", "owner_id", "updated_at"),)

    id: Mapped[Id]
    clone_id: Mapped[UUID] = mapped_column(ForeignKey("clones.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text, default="")
    space: Mapped[str] = mapped_column(Text, default="default")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    message_count: Mapped[int] = mapped_column(default=0)
    last_message_preview: Mapped[str] = mapped_column(Text, default="")
    attributes: Mapped[dict[str, str]] = mapped_column("metadata", JSONB, default=dict)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        Index(
            "uq_messages_owner_id_client_message_id",
            "owner_id",
            "client_message_id",
            unique=True,
            postgresql_where=text("client_message_id is not null"),
        ),
        Index("ix_messages_streaming", "status", postgresql_where=text("status = 'streaming'")),
    )

    id: Mapped[Id]
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    owner_id: Mapped[UUID]
    parent_id: Mapped[UUID | None]
    role: Mapped[MessageRole] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[MessageStatus] = mapped_column(Text, default="complete")
    mode: Mapped[ReplyMode | None] = mapped_column(Text)
    finish_reason: Mapped[str | None] = mapped_column(Text)
    sources: Mapped[list[StoredSource]] = mapped_column(JSONB, default=list)
    usage: Mapped[StoredUsage | None] = mapped_column(JSONB)
    # The providers that were asked for this reply and did not answer, in their order.
    skipped: Mapped[list[StoredSkip]] = mapped_column(JSONB, default=list)
    feedback: Mapped[dict[str, str | int] | None] = mapped_column(JSONB)
    attributes: Mapped[dict[str, str]] = mapped_column("metadata", JSONB, default=dict)
    client_message_id: Mapped[str | None] = mapped_column(Text)
    # What was asked with that id, so that the same id with something else is refused.
    request_hash: Mapped[str | None] = mapped_column(Text)
    # Characters of each token, so that a stored reply is told again event by event.
    token_lengths: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    # Of a reply that is being written: its process lives while this is fresh.
    heartbeat_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stop_requested: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
