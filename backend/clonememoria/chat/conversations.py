"""Conversations as their owner keeps them: listed, read, renamed, deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.chat.history import PREVIEW_CHARS, TITLE_CHARS, shortened
from clonememoria.core.errors import ConversationNotFound
from clonememoria.models import Clone, Conversation, Message, MessageRole


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    clone_id: UUID | None = None
    space: str | None = None
    tag: str | None = None
    search: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        # Row security says so too: a query may forget this filter.
        found = [Conversation.owner_id == func.app_user()]
        if self.clone_id:
            found.append(Conversation.clone_id == self.clone_id)
        if self.space:
            found.append(Conversation.space == self.space)
        if self.tag:
            found.append(Conversation.tags.contains([self.tag]))
        if self.search:
            found.append(
                Conversation.title.icontains(self.search, autoescape=True)
                | Conversation.id.in_(
                    select(Message.conversation_id).where(
                        Message.owner_id == func.app_user(),
                        Message.content.icontains(self.search, autoescape=True),
                    )
                )
            )
        return found


async def list_conversations(
    session: AsyncSession, wanted: ConversationFilter, *, limit: int, offset: int
) -> tuple[Sequence[Conversation], int]:
    """The page, newest change first, and the total."""
    conditions = wanted.conditions()
    total = await session.scalar(select(func.count(Conversation.id)).where(*conditions))
    page = (
        select(Conversation)
        .where(*conditions)
        .order_by(Conversation.updated_at.desc(), Conversation.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return (await session.scalars(page)).all(), total or 0


async def get_conversation(session: AsyncSession, conversation_id: UUID) -> Conversation:
    found = await session.scalar(
        select(Conversation).where(
            Conversation.id == conversation_id, Conversation.owner_id == func.app_user()
        )
    )
    if found is None:
        raise ConversationNotFound
    return found


async def messages_of(
    session: AsyncSession, conversation_id: UUID, *, limit: int | None = None, offset: int = 0
) -> Sequence[Message]:
    """Oldest first."""
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.id)
        .limit(limit)
        .offset(offset)
    )
    return (await session.scalars(query)).all()


async def start_conversation(
    session: AsyncSession,
    clone: Clone,
    *,
    owner_id: UUID,
    title: str,
    space: str,
    tags: Sequence[str],
) -> Conversation:
    conversation = Conversation(
        id=uuid7(),
        clone_id=clone.id,
        owner_id=owner_id,
        title=title,
        space=space,
        tags=list(tags),
        attributes={},
    )
    session.add(conversation)
    await session.flush()
    return conversation


async def add_message(
    session: AsyncSession, conversation: Conversation, *, role: MessageRole, content: str
) -> Message:
    """Note a message without asking the clone for a reply."""
    last_id = await session.scalar(
        select(Message.id)
        .where(Message.conversation_id == conversation.id)
        .order_by(Message.id.desc())
        .limit(1)
    )
    message = Message(
        id=uuid7(),
        conversation_id=conversation.id,
        owner_id=conversation.owner_id,
        parent_id=last_id,
        role=role,
        content=content,
        status="complete",
        sources=[],
        attributes={},
        token_lengths=[],
    )
    session.add(message)
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation.id)
        .values(
            message_count=Conversation.message_count + 1,
            title=conversation.title or (shortened(content, TITLE_CHARS) if role == "user" else ""),
            last_message_preview=shortened(content, PREVIEW_CHARS),
            updated_at=func.clock_timestamp(),
        )
    )
    await session.flush()
    await session.refresh(message)
    return message
