"""One turn as a generator of events: passages are found, then the model answers from them."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

import structlog

from clonememoria.chat.events import Done, Event, SourcesFound, Token
from clonememoria.chat.prompt import Persona, as_sources, build_messages
from clonememoria.core.db import Database
from clonememoria.core.errors import Unavailable
from clonememoria.core.text import without_unstorable
from clonememoria.knowledge.passage import Passage
from clonememoria.knowledge.retrieval import Found, Query, search
from clonememoria.models import Clone, ReplyMode, StoredUsage
from clonememoria.providers.catalog import Providers
from clonememoria.providers.llm.base import ChatMessage, Completion, Finish, Usage

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that has been saved and waits for its answer."""

    clone: Clone
    reader_id: UUID
    conversation_id: UUID
    user_message_id: UUID
    message_id: UUID
    question: str
    history: tuple[ChatMessage, ...]
    use_rag: bool
    sources: tuple[UUID, ...]
    limit: int
    provider: str
    model: str


async def answer(turn: Turn, database: Database, providers: Providers) -> AsyncGenerator[Event]:
    """Yield SourcesFound, Tokens and Done; raise an AppError when the model fails."""
    found = await _find(turn, database, providers)
    mode: ReplyMode = "rag" if found.passages else "llm_fallback"
    sources = as_sources(found.passages)
    yield SourcesFound(mode, sources, found.degraded)

    completion = _completion(turn, found.passages)
    async for item in providers.llm(turn.provider).stream(completion):
        if isinstance(item, Finish):
            yield Done(
                message_id=turn.message_id,
                conversation_id=turn.conversation_id,
                mode=mode,
                sources=sources,
                usage=as_stored(item.usage),
                finish_reason=item.reason,
                provider=turn.provider,
                model=turn.model,
            )
        elif text := without_unstorable(item):
            yield Token(text)


async def _find(turn: Turn, database: Database, providers: Providers) -> Found:
    """No passages where retrieval is off, finds none, or fails: the model answers alone then."""
    if not (turn.use_rag and turn.clone.rag_enabled):
        return Found(())
    query = Query(
        text=turn.question,
        limit=turn.limit,
        mode=turn.clone.retrieval_mode,
        sources=turn.sources,
        reader_is_owner=turn.reader_id == turn.clone.creator_id,
    )
    try:
        return await search(query, clone=turn.clone, database=database, providers=providers)
    except Unavailable as error:
        log.warning("retrieval_failed", code=error.code, clone_id=str(turn.clone.id))
        return Found((), degraded=("retrieval",))


def _completion(turn: Turn, passages: tuple[Passage, ...]) -> Completion:
    clone = turn.clone
    messages = build_messages(
        Persona(
            name=clone.name,
            professional_title=clone.professional_title,
            bio=clone.bio,
            credentials_qualifications=clone.credentials_qualifications,
            communication_style=clone.communication_style,
            instructions=clone.system_prompt,
        ),
        passages=passages,
        history=turn.history,
        question=turn.question,
        answer_mode=clone.answer_mode,
    )
    return Completion(messages, turn.model, clone.temperature, clone.max_tokens)


def as_stored(usage: Usage) -> StoredUsage:
    return StoredUsage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost_usd=0.0,
    )
