"""Questions and replies in the database: saved before the answer begins, and when it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.accounts.spending import Spending, record
from clonememoria.chat.draft import Draft
from clonememoria.chat.events import Done
from clonememoria.core.db import Database
from clonememoria.core.errors import ConversationNotFound
from clonememoria.models import Clone, Conversation, Message
from clonememoria.providers.llm.base import ChatMessage

# Turns that are read for the prompt; its budget in characters decides what stays.
HISTORY_MESSAGES: Final = 20
TITLE_CHARS: Final = 80
PREVIEW_CHARS: Final = 160


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    conversation_id: UUID
    user_message_id: UUID
    message_id: UUID
    history: tuple[ChatMessage, ...]


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A client's own id of its request, and what was asked with it."""

    client_message_id: str
    request_hash: str


async def conversation_with(
    session: AsyncSession, clone: Clone, *, reader_id: UUID, conversation_id: UUID | None
) -> Conversation:
    """The named conversation with this clone, locked for the order of two tabs, or a new one."""
    if conversation_id is None:
        conversation = Conversation(
            id=uuid7(), clone_id=clone.id, owner_id=reader_id, tags=[], attributes={}
        )
        session.add(conversation)
        await session.flush()
        return conversation
    found = await session.scalar(
        select(Conversation)
        .where(
            Conversation.id == conversation_id,
            Conversation.clone_id == clone.id,
            Conversation.owner_id == reader_id,
        )
        .with_for_update()
    )
    if found is None:
        raise ConversationNotFound
    return found


async def save_question(
    session: AsyncSession,
    conversation: Conversation,
    *,
    content: str,
    key: RequestKey | None,
) -> SavedQuestion:
    """Store the question and the place of its reply: neither can be lost from here on."""
    history = await last_turns(session, conversation.id)
    question = Message(
        id=uuid7(),
        conversation_id=conversation.id,
        owner_id=conversation.owner_id,
        parent_id=history[-1].id if history else None,
        role="user",
        content=content,
        client_message_id=key.client_message_id if key else None,
        request_hash=key.request_hash if key else None,
        sources=[],
        attributes={},
        token_lengths=[],
    )
    reply = Message(
        id=uuid7(),
        conversation_id=conversation.id,
        owner_id=conversation.owner_id,
        parent_id=question.id,
        role="assistant",
        status="streaming",
        sources=[],
        attributes={},
        token_lengths=[],
        heartbeat_at=func.clock_timestamp(),
    )
    session.add_all((question, reply))
    conversation.title = conversation.title or shortened(content, TITLE_CHARS)
    conversation.message_count += 2
    conversation.last_message_preview = shortened(content, PREVIEW_CHARS)
    conversation.updated_at = func.clock_timestamp()
    return SavedQuestion(
        conversation_id=conversation.id,
        user_message_id=question.id,
        message_id=reply.id,
        history=as_chat(history),
    )


async def last_turns(session: AsyncSession, conversation_id: UUID) -> list[Message]:
    """Oldest first."""
    newest = (
        select(Message)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.id.desc())
        .limit(HISTORY_MESSAGES)
    )
    return list(reversed((await session.scalars(newest)).all()))


def as_chat(messages: Sequence[Message]) -> tuple[ChatMessage, ...]:
    """Failed replies are left out: a model must learn neither from silence nor from apologies."""
    return tuple(
        ChatMessage("user" if message.role == "user" else "assistant", message.content)
        for message in messages
        if message.content and message.role != "system" and message.mode != "error_fallback"
    )


async def save_reply(database: Database, draft: Draft) -> None:
    turn, end = draft.turn, draft.end
    values: dict[str, object] = {
        "content": draft.text,
        "token_lengths": draft.token_lengths,
        "status": draft.status,
        "mode": draft.mode,
        "sources": list(draft.sources),
        "attributes": draft.attributes,
        "skipped": list(draft.skipped),
        "usage": draft.usage,
        "finish_reason": end.finish_reason if isinstance(end, Done) else None,
    }
    async with database.as_user(turn.reader_id) as session:
        await session.execute(update(Message).where(Message.id == turn.message_id).values(values))
        await session.execute(
            update(Conversation)
            .where(Conversation.id == turn.conversation_id)
            .values(
                last_message_preview=shortened(draft.text, PREVIEW_CHARS)
                or Conversation.last_message_preview,
                updated_at=func.clock_timestamp(),
            )
        )
        if draft.provider:
            await record(session, spending_of(draft))


def spending_of(draft: Draft) -> Spending:
    """By the id of the reply: an attempt to save it may be the second that succeeds."""
    turn = draft.turn
    return Spending(
        record_id=turn.message_id,
        owner_id=turn.reader_id,
        kind="llm",
        provider=draft.provider,
        model=draft.model,
        clone_id=turn.clone.id,
        creator_id=turn.clone.creator_id,
        conversation_id=turn.conversation_id,
        message_id=turn.message_id,
        **draft.usage,
    )


def shortened(text: str, limit: int) -> str:
    """One line, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0] + "…"
