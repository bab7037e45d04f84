"""One answer that no conversation keeps: the turn of a chat, its limits and its cost, no message.

Where there are budgets, the ledger has a row of it while it is made, so that questions that come
at once do not pass them together.
"""

from collections.abc import Sequence
from contextlib import aclosing

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.accounts.budgets import check_budget
from clonememoria.accounts.spending import Spending, record
from clonememoria.chat.asking import Asker, candidates_for, reserve_for
from clonememoria.chat.draft import Draft
from clonememoria.chat.events import Done
from clonememoria.chat.history import spending_of
from clonememoria.chat.replies import count_reply
from clonememoria.chat.turn import Turn, answer
from clonememoria.clones.access import visible_clone
from clonememoria.core.errors import AppError, ProviderMalformed
from clonememoria.core.metrics import Metrics
from clonememoria.models import UsageRecord
from clonememoria.providers.llm.base import ChatMessage


async def answer_unsaved(
    asker: Asker,
    clone_key: str,
    question: str,
    *,
    history: Sequence[ChatMessage],
    metrics: Metrics,
) -> tuple[Draft, Done]:
    """The answer and its end; raise the AppError that broke the tokens off."""
    turn = await _begin(asker, clone_key, question, history=history)
    draft = Draft(turn, asker.providers.prices)
    try:
        async with aclosing(answer(turn, asker.database, asker.providers)) as happenings:
            async for happening in happenings:
                draft.add(happening)
        if not isinstance(draft.end, Done):
            raise ProviderMalformed
        return draft, draft.end
    except AppError as error:
        draft.end = draft.failed(error.code, error.detail, retryable=error.retryable)
        raise
    finally:
        await _settle(asker, draft)
        count_reply(metrics, draft)


async def _begin(
    asker: Asker, clone_key: str, question: str, *, history: Sequence[ChatMessage]
) -> Turn:
    async with asker.database.as_user(asker.user_id) as session:
        clone = await visible_clone(session, clone_key)
        candidates = candidates_for(clone, asker.providers)
        reserve = reserve_for(clone, candidates, asker.providers)
        await check_budget(session, asker.user_id, asker.budgets, reserve=reserve)
        turn = Turn(
            clone=clone,
            reader_id=asker.user_id,
            conversation_id=uuid7(),
            user_message_id=uuid7(),
            message_id=uuid7(),
            question=question,
            history=tuple(history),
            use_rag=asker.rag_enabled,
            sources=(),
            limit=clone.retrieval_top_k,
            candidates=candidates,
        )
        if asker.budgets:
            await _note_running(session, turn)
    return turn


async def _note_running(session: AsyncSession, turn: Turn) -> None:
    first = turn.candidates.ready[0]
    spending = Spending(
        record_id=turn.message_id,
        owner_id=turn.reader_id,
        kind="llm",
        provider=first.llm.name,
        model=first.model,
        clone_id=turn.clone.id,
        creator_id=turn.clone.creator_id,
    )
    await record(session, spending)


async def _settle(asker: Asker, draft: Draft) -> None:
    running = UsageRecord.id == draft.turn.message_id
    async with asker.database.as_user(asker.user_id) as session:
        await session.execute(delete(UsageRecord).where(running))
        if draft.provider:
            await record(session, spending_of(draft))
