"""One turn as a generator of events: passages are found, then the model answers from them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Final, cast
from uuid import UUID

import structlog

from clonememoria.chat.events import Answering, SourcesFound, Token, Trouble
from clonememoria.chat.prompt import Persona, as_sources, build_messages
from clonememoria.core.db import Database
from clonememoria.core.errors import Unavailable
from clonememoria.core.text import without_unstorable
from clonememoria.knowledge.passage import Passage
from clonememoria.knowledge.retrieval import Found, Query, search
from clonememoria.models import Clone, ReplyMode, StoredSkip
from clonememoria.providers.catalog import Providers
from clonememoria.providers.llm import fallback
from clonememoria.providers.llm.base import ChatMessage, Completion, Finish
from clonememoria.providers.llm.fallback import Candidates, NobodyAnswers, Skip

log = structlog.get_logger()

APOLOGY: Final = (
    "I am sorry, I cannot answer right now: no language model could be reached. Your question is "
    "saved; ask again in a moment."
)


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
    candidates: Candidates


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody gave a token: what the reader got is our apology."""

    skipped: tuple[StoredSkip, ...]
    error: Trouble


Happening = SourcesFound | Answering | Token | Finish | Unanswered


async def answer(turn: Turn, database: Database, providers: Providers) -> AsyncGenerator[Happening]:
    """Yield what happens, in this order; the last is Finish or Unanswered.

    Raise an AppError where the tokens break off.
    """
    found = await _find(turn, database, providers)
    mode: ReplyMode = "rag" if found.passages else "llm_fallback"
    yield SourcesFound(mode, as_sources(found.passages), found.degraded)

    completion = _completion(turn, found.passages)
    try:
        # Closed with this generator: the vendor's connection must not wait for the collector.
        async with aclosing(fallback.first_to_answer(turn.candidates, completion)) as items:
            async for item in items:
                if happening := _happening(item):
                    yield happening
    except NobodyAnswers as error:
        yield Token(APOLOGY)
        trouble = Trouble(error.code, error.detail, error.retryable)
        yield Unanswered(as_stored(error.skipped), trouble)


def _happening(item: fallback.Answering | str | Finish) -> Happening | None:
    """None for a token of which nothing can be stored."""
    match item:
        case fallback.Answering(provider, model, skipped):
            return Answering(provider, model, as_stored(skipped))
        case Finish():
            return item
    text = without_unstorable(item)
    return Token(text) if text else None


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
            expert_name=clone.expert_name or "",
            context=clone.rag_context,
        ),
        passages=passages,
        history=turn.history,
        question=turn.question,
        answer_mode=clone.answer_mode,
    )
    return Completion(
        messages,
        model="",  # each candidate has its own
        temperature=clone.temperature,
        max_tokens=clone.max_tokens,
    )


def as_stored(skipped: Sequence[Skip]) -> tuple[StoredSkip, ...]:
    return tuple(cast(StoredSkip, asdict(skip)) for skip in skipped)
