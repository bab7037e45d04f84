"""From a request to a running reply: access, limits, the saved question; then `replies` writes."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Final, cast
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.accounts.budgets import Budgets, Reserve, check_budget
from clonememoria.accounts.identity import CurrentUser
from clonememoria.chat.history import (
    RequestKey,
    SavedQuestion,
    conversation_with,
    save_question,
)
from clonememoria.chat.replies import Replies, Reply
from clonememoria.chat.schemas import Ask
from clonememoria.chat.turn import Turn
from clonememoria.clones.access import visible_clone
from clonememoria.clones.dependencies import AppProviders
from clonememoria.core.db import Database
from clonememoria.core.errors import InvalidInput, UnknownProvider
from clonememoria.core.limits import AppLimits
from clonememoria.core.web import AppDatabase, AppSettings
from clonememoria.models import Clone, Message
from clonememoria.providers.catalog import Providers
from clonememoria.providers.llm.fallback import Candidates

# Three passages and some turns before.
USUAL_PROMPT_TOKENS: Final = 2000


class IdempotencyMismatch(InvalidInput):
    code, title = "idempotency_mismatch", "This client_message_id was used for another message"


def replies_of(request: Request) -> Replies:
    return cast(Replies, request.app.state.replies)


AppReplies = Annotated[Replies, Depends(replies_of)]


@dataclass(frozen=True)
class Asker:
    """Somebody who may ask within their limit; keeps no connection."""

    user_id: UUID
    database: Database
    providers: Providers
    replies: Replies
    rag_enabled: bool
    budgets: Budgets


async def asker(
    *,
    user: CurrentUser,
    database: AppDatabase,
    providers: AppProviders,
    replies: AppReplies,
    limits: AppLimits,
    settings: AppSettings,
) -> Asker:
    await limits.count(f"chat:{user.id}", per_minute=settings.rate_limit_chat_per_minute)
    budgets = Budgets.from_settings(settings)
    return Asker(user.id, database, providers, replies, settings.rag_enabled, budgets)


CurrentAsker = Annotated[Asker, Depends(asker)]


async def ask(asker: Asker, clone_key: str, body: Ask) -> Reply | Message:
    """The running reply; for a repeated client_message_id the reply it had, if over as stored."""
    try:
        return await _ask_once(asker, clone_key, body)
    except IntegrityError:
        # The same client_message_id came twice at once, and the other one won.
        return await _ask_once(asker, clone_key, body)


async def _ask_once(asker: Asker, clone_key: str, body: Ask) -> Reply | Message:
    async with asker.database.as_user(asker.user_id) as session:
        clone = await visible_clone(session, clone_key)
        key = _request_key(clone, body)
        if key and (earlier := await _earlier_reply(session, key)):
            return asker.replies.find(earlier.id) or earlier
        # Before anything is saved: a clone whose provider is gone must say so at once.
        candidates = candidates_for(clone, asker.providers)
        reserve = reserve_for(clone, candidates, asker.providers)
        await check_budget(session, asker.user_id, asker.budgets, reserve=reserve)
        conversation = await conversation_with(
            session, clone, reader_id=asker.user_id, conversation_id=body.conversation_id
        )
        saved = await save_question(session, conversation, content=body.content, key=key)
    return asker.replies.start(_turn(asker, clone, body, saved=saved, candidates=candidates))


def _request_key(clone: Clone, body: Ask) -> RequestKey | None:
    if body.client_message_id is None:
        return None
    asked = f"{clone.id} {body.model_dump_json(exclude={'client_message_id'})}"
    return RequestKey(body.client_message_id, hashlib.sha256(asked.encode()).hexdigest())


async def _earlier_reply(session: AsyncSession, key: RequestKey) -> Message | None:
    question = await session.scalar(
        select(Message).where(
            Message.client_message_id == key.client_message_id, Message.role == "user"
        )
    )
    if question is None:
        return None
    if question.request_hash != key.request_hash:
        raise IdempotencyMismatch(field=("body", "client_message_id"))
    return await session.scalar(
        select(Message).where(Message.parent_id == question.id, Message.role == "assistant")
    )


def candidates_for(clone: Clone, providers: Providers) -> Candidates:
    """Raise UnknownProvider where none is left."""
    candidates = providers.llm_candidates(
        clone.llm_provider or providers.default("llm"), clone.llm_model
    )
    if not candidates.ready:
        raise UnknownProvider(candidates.skipped[0].detail)
    return candidates


def reserve_for(clone: Clone, candidates: Candidates, providers: Providers) -> Reserve:
    """What the reply may come to."""
    first, tokens_out = candidates.ready[0], clone.max_tokens
    cost_usd = providers.prices.cost_usd(
        first.llm.name,
        first.model,
        prompt_tokens=USUAL_PROMPT_TOKENS,
        completion_tokens=tokens_out,
    )
    return Reserve(USUAL_PROMPT_TOKENS + tokens_out, cost_usd)


def _turn(
    asker: Asker, clone: Clone, body: Ask, *, saved: SavedQuestion, candidates: Candidates
) -> Turn:
    return Turn(
        clone=clone,
        reader_id=asker.user_id,
        conversation_id=saved.conversation_id,
        user_message_id=saved.user_message_id,
        message_id=saved.message_id,
        question=body.content,
        history=saved.history,
        use_rag=body.use_rag and asker.rag_enabled,
        sources=tuple(body.sources),
        limit=body.limit or clone.retrieval_top_k,
        candidates=candidates,
    )
