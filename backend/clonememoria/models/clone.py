"""Personas, with the settings that each has of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clonememoria.models.base import Base, Id, Instant
from clonememoria.models.vocabulary import AnswerMode, SearchMode


class Clone(Base):
    __tablename__ = "clones"
    __table_args__ = (Index("ix_clones_creator_id_id", "creator_id", "id"),)

    id: Mapped[Id]
    creator_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text, default="other")
    professional_title: Mapped[str] = mapped_column(Text, default="")
    bio: Mapped[str] = mapped_column(Text, default="")
    credentials_qualifications: Mapped[str] = mapped_column(Text, default="")
    communication_style: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    system_prompt: Mapped[str] = mapped_column(Text, default="")
    greeting: Mapped[str] = mapped_column(Text, default="")
    avatar_url: Mapped[str | None] = mapped_column(Text)
    is_published: Mapped[bool] = mapped_column(default=False)
    rag_enabled: Mapped[bool] = mapped_column(default=True)
    rag_status: Mapped[str] = mapped_column(Text, default="pending")
    # Of the preparation of its memory; null before the first.
    rag_initialized_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expert_name: Mapped[str | None] = mapped_column(Text)
    # Null means that of the category.
    rag_domain: Mapped[str | None] = mapped_column(Text)
    rag_context: Mapped[str] = mapped_column(Text, default="")

    # Null means the default of the installation, also when that changes.
    llm_provider: Mapped[str | None] = mapped_column(Text)
    llm_model: Mapped[str | None] = mapped_column(Text)
    temperature: Mapped[float] = mapped_column(default=0.7)
    max_tokens: Mapped[int] = mapped_column(default=1024)
    tts_provider: Mapped[str | None] = mapped_column(Text)
    tts_voice_id: Mapped[str | None] = mapped_column(Text)
    # 1 is the voice's own; 2 takes half the time.
    tts_speed: Mapped[float] = mapped_column(default=1.0)
    # Never null: vectors of two spaces must not mix because a default changed.
    embedding_provider: Mapped[str] = mapped_column(Text)
    embedding_model: Mapped[str] = mapped_column(Text)
    # Whose vectors are searched: the embedding's own, or those before it until they are complete.
    serving_provider: Mapped[str] = mapped_column(Text)
    serving_model: Mapped[str] = mapped_column(Text)
    retrieval_top_k: Mapped[int] = mapped_column(default=3)
    retrieval_mode: Mapped[SearchMode] = mapped_column(Text, default="hybrid")
    answer_mode: Mapped[AnswerMode] = mapped_column(Text, default="balanced")

    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]
