"""A stored reply told again, event by event, as it was streamed; pure."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from clonememoria.chat.events import (
    Answering,
    Done,
    Event,
    Failed,
    SourcesFound,
    Started,
    Token,
    Trouble,
    frame,
)
from clonememoria.models import Message, ReplyMode, StoredUsage

NO_USAGE = StoredUsage(prompt_tokens=0, completion_tokens=0, cost_usd=0.0)


def frames(message: Message) -> list[bytes]:
    """All events that are stored so far; the last one is an end if the reply is over."""
    return [
        frame(event, event_id=f"{message.id}:{sequence}")
        for sequence, event in enumerate(_events(message), start=1)
    ]


def end_of(message: Message) -> Done | Failed:
    told = message.attributes
    trouble = _trouble(message)
    if trouble and message.mode != "error_fallback":
        return Failed(trouble.code, trouble.detail, trouble.retryable, message.id)
    return Done(
        message_id=message.id,
        conversation_id=message.conversation_id,
        mode=mode_of(message),
        sources=tuple(message.sources),
        usage=message.usage or NO_USAGE,
        finish_reason=message.finish_reason or "stop",
        provider=told.get("provider", ""),
        model=told.get("model", ""),
        skipped=tuple(message.skipped),
        error=trouble,
    )


def _trouble(message: Message) -> Trouble | None:
    if message.status == "complete":
        return None
    told = message.attributes
    return Trouble(
        code=told.get("error_code", "interrupted"),
        detail=told.get("error_detail", "This reply broke off; what was written is kept"),
        retryable="error_is_final" not in told,
    )


def mode_of(message: Message) -> ReplyMode:
    return message.mode or "llm_fallback"


def _events(message: Message) -> Iterator[Event]:
    question_id = message.parent_id or UUID(int=0)
    yield Started(message.conversation_id, question_id, message.id)
    # The mode is stored with the passages: before that, nothing was sent but the start.
    if message.mode:
        degraded = message.attributes.get("degraded", "")
        without = tuple(degraded.split(",")) if degraded else ()
        # Nobody knew then that nobody would answer.
        found: ReplyMode = "rag" if message.sources else "llm_fallback"
        mode = found if message.mode == "error_fallback" else message.mode
        yield SourcesFound(mode, tuple(message.sources), without)
    told = message.attributes
    if message.skipped and "provider" in told:
        yield Answering(told["provider"], told["model"], tuple(message.skipped))
    yield from map(Token, _tokens(message.content, message.token_lengths))
    if message.status != "streaming":
        yield end_of(message)


def _tokens(text: str, lengths: Sequence[int]) -> Iterator[str]:
    start = 0
    for length in lengths:
        yield text[start : start + length]
        start += length
