"""What was spent at providers, one row for each reply, document and spoken text."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from clonememoria.models.base import Base, Id, Instant


class UsageRecord(Base):
    """`owner_id` is who is charged, `creator_id` who made the clone.

    Clone, conversation and message are told by their ids alone: what was spent on them stays
    spent when they are deleted.
    """

    __tablename__ = "usage_records"
    __table_args__ = (
        Index("ix_usage_records_owner_id_created_at", "owner_id", "created_at"),
        Index("ix_usage_records_clone_id_created_at", "clone_id", "created_at"),
    )

    id: Mapped[Id]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    clone_id: Mapped[UUID | None]
    creator_id: Mapped[UUID | None]
    conversation_id: Mapped[UUID | None] = mapped_column(index=True)
    message_id: Mapped[UUID | None]
    # "llm", "embeddings" or "tts"
    kind: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    prompt_tokens: Mapped[int] = mapped_column(default=0)
    completion_tokens: Mapped[int] = mapped_column(default=0)
    # Of the text that was spoken.
    characters: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[float] = mapped_column(default=0.0)
    created_at: Mapped[Instant]
