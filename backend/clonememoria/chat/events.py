"""What happens in a reply, as typed events, and their exact bytes on the wire; pure."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from clonememoria.models.vocabulary import ReplyMode, StoredSkip, StoredSource, StoredUsage

# Line ends to some readers, though not to SSE or JSON: nothing may look like a new event.
_LOOSE_LINE_ENDS: Final = re.compile("[\x85\u2028\u2029]")
_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Started:
    conversation_id: UUID
    user_message_id: UUID
    message_id: UUID


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """`degraded` names what retrieval had to do without, such as "embeddings"."""

    mode: ReplyMode
    sources: tuple[StoredSource, ...]
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answering:
    """Whose tokens follow. It is news, and sent, only where somebody was skipped."""

    provider: str
    model: str
    skipped: tuple[StoredSkip, ...]


@dataclass(frozen=True, slots=True)
class Token:
    text: str


@dataclass(frozen=True, slots=True)
class Trouble:
    code: str
    detail: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Done:
    """The last event of a reply. Where nobody answered, the text is ours and `error` says why."""

    message_id: UUID
    conversation_id: UUID
    mode: ReplyMode
    sources: tuple[StoredSource, ...]
    usage: StoredUsage
    finish_reason: str
    provider: str
    model: str
    skipped: tuple[StoredSkip, ...] = ()
    error: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The last event of a reply that broke off; what was written before stays."""

    code: str
    detail: str
    retryable: bool
    message_id: UUID


Event = Started | SourcesFound | Answering | Token | Done | Failed

_NAMES: Final[dict[type[Event], bytes]] = {
    Started: b"event: start\n",
    SourcesFound: b"event: sources\n",
    Answering: b"event: provider\n",
    Token: b"",
    Done: b"",
    Failed: b"event: error\n",
}


def _payload(event: Event) -> object:
    if isinstance(event, Token):
        return {"token": event.text, "done": False}
    if isinstance(event, Done):
        return {"done": True} | msgspec.to_builtins(event)
    return event


def to_json(value: object) -> bytes:
    """One line, whatever is in it."""
    text = _encoder.encode(value)
    if text.isascii():
        return text
    return _LOOSE_LINE_ENDS.sub(lambda m: f"\\u{ord(m[0]):04x}", text.decode()).encode()


def frame(event: Event, *, event_id: str) -> bytes:
    """The event as SSE, its id first: `<message_id>:<sequence>`."""
    data = to_json(_payload(event))
    return b"id: %b\n%bdata: %b\n\n" % (event_id.encode(), _NAMES[type(event)], data)
