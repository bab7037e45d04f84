"""People and their sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from clonememoria.models.base import Base, Id, Instant


class User(Base):
    __tablename__ = "users"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    display_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text, default="user")
    # Raised when sessions must end at once: access tokens carry the value they were issued at.
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Instant]


class RefreshToken(Base):
    """One link of a chain of rotated tokens; a second use of one link revokes its family."""

    __tablename__ = "refresh_tokens"

    id: Mapped[Id]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    family_id: Mapped[UUID] = mapped_column(index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Instant]


class Installation(Base):
    """The one row that says who came first, so that two first sign-ups make one admin."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    first_user_id: Mapped[UUID]
    created_at: Mapped[Instant]
