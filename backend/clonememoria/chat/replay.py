"""A reply that is over, told again from the history as the events it once was; pure."""

from collections.abc import Iterator
from uuid import UUID

from clonememoria.chat.events import (
    Done,
    Event,
    Failed,
    SourcesFound,
    Started,
    Token,
    frame,
)
from clonememoria.models import Message, ReplyMode, StoredUsage

NO_USAGE = StoredUsage(prompt_tokens=0, completion_tokens=0, cost_usd=0.0)


def frames(message: Message) -> bytes:
    return b"".join(
        frame(event, event_id=f"{message.id}:{sequence}")
        for sequence, event in enumerate(_events(message), start=1)
    )


def end_of(message: Message) -> Done | Failed:
    if message.status != "complete":
        return Failed(
            code=message.attributes.get("error_code", "interrupted"),
            detail=message.attributes.get("error_detail", "This reply broke off"),
            retryable=True,
            message_id=message.id,
        )
    return Done(
        message_id=message.id,
        conversation_id=message.conversation_id,
        mode=mode_of(message),
        sources=tuple(message.sources),
        usage=message.usage or NO_USAGE,
        finish_reason=message.finish_reason or "stop",
        provider=message.attributes.get("provider", ""),
        model=message.attributes.get("model", ""),
    )


def mode_of(message: Message) -> ReplyMode:
    return message.mode or "llm_fallback"


def _events(message: Message) -> Iterator[Event]:
    question_id = message.parent_id or UUID(int=0)
    yield Started(message.conversation_id, question_id, message.id)
    yield SourcesFound(mode_of(message), tuple(message.sources))
    if message.content:
        yield Token(message.content)
    yield end_of(message)
