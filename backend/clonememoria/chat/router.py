"""Asking a clone over HTTP: streamed, in one piece, re-attached, stopped."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, Query
from sqlalchemy import select
from sse_starlette import EventSourceResponse

from clonememoria.accounts.identity import CurrentUser
from clonememoria.chat.asking import AppReplies, CurrentAsker, ask
from clonememoria.chat.events import Done, Failed
from clonememoria.chat.following import finished_stored, follow_stored, request_stop
from clonememoria.chat.replay import end_of
from clonememoria.chat.replies import Reply
from clonememoria.chat.schemas import Answer, Ask, Stopped
from clonememoria.clones.access import CloneKey, visible_clone
from clonememoria.core.db import Database
from clonememoria.core.errors import AppError, MessageNotFound
from clonememoria.core.openapi import Responses, problems
from clonememoria.core.web import AppDatabase
from clonememoria.models import Conversation, Message

router = APIRouter(responses=problems(401, 404, 422, 429, 503))

PING_S: Final = 15
STREAM_HEADERS: Final = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
EVENT_ID: Final = re.compile(r"([0-9a-fA-F-]{36}):(\d{1,9})")
STREAM_EXAMPLE: Final = (
    'event: start\ndata: {"conversation_id": "…", "user_message_id": "…", "message_id": "…"}\n\n'
    'event: sources\ndata: {"mode": "rag", "sources": […]}\n\n'
    'data: {"token": "Once", "done": false}\n\n'
    'data: {"done": true, "message_id": "…", "mode": "rag", "sources": […], "usage": {…}}\n\n'
)
STREAM_RESPONSE: Final[Responses] = {
    200: {"description": "Events", "content": {"text/event-stream": {"example": STREAM_EXAMPLE}}}
}


IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)
]


class BadEventId(AppError):
    status, code = 400, "bad_event_id"
    title = "Last-Event-ID is not of the form <message_id>:<sequence>"


class ReplyFailed(AppError):
    """The failure of a reply, as the answer to a request that waited for it."""

    def __init__(self, end: Failed) -> None:
        self.status, self.code, self.title = 503, end.code, end.detail
        self.retryable = end.retryable
        super().__init__(end.detail, extra={"message_id": str(end.message_id)})


@router.post(
    "/{clone_id}/stream",
    response_class=EventSourceResponse,
    responses=STREAM_RESPONSE,
)
async def ask_streaming(
    clone_id: CloneKey, body: Ask, *, asker: CurrentAsker, idempotency_key: IdempotencyKey = None
) -> EventSourceResponse:
    """Ask a clone; the answer arrives token by token as server-sent events.

    Unnamed events are `{"token", "done"}`; `start`, `sources` and `error` are named. The answer
    is written to its end and saved even if the reader goes away.
    """
    reply = await ask(asker, clone_id, _with_key(body, idempotency_key))
    if isinstance(reply, Reply):
        return _stream(reply.read())
    return _stream(follow_stored(asker.database, asker.user_id, reply.id))


@router.post("/{clone_id}", responses=problems(503))
async def ask_plain(
    clone_id: CloneKey, body: Ask, *, asker: CurrentAsker, idempotency_key: IdempotencyKey = None
) -> Answer:
    """Ask a clone and wait for the whole answer."""
    reply = await ask(asker, clone_id, _with_key(body, idempotency_key))
    if isinstance(reply, Reply):
        end = await asker.replies.finish(reply)
    else:
        end = end_of(await finished_stored(asker.database, asker.user_id, reply.id))
    if isinstance(end, Failed):
        raise ReplyFailed(end)
    return await _answer(asker.database, asker.user_id, end)


@router.get(
    "/{clone_id}/stream/{message_id}",
    response_class=EventSourceResponse,
    responses={**STREAM_RESPONSE, **problems(400)},
)
async def follow(
    *,
    clone_id: CloneKey,
    message_id: UUID,
    user: CurrentUser,
    database: AppDatabase,
    replies: AppReplies,
    last_event_id: Annotated[str | None, Query()] = None,
    last_event_id_header: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> EventSourceResponse:
    """Re-attach to a running or finished reply, from the event after `Last-Event-ID`."""
    await _reply_of(database, user.id, clone_id=clone_id, message_id=message_id)
    after = _sequence(last_event_id_header or last_event_id, message_id)
    if reply := replies.find(message_id):
        return _stream(reply.read(after))
    return _stream(follow_stored(database, user.id, message_id, after=after))


@router.post("/{clone_id}/stop/{message_id}")
async def stop(
    *,
    clone_id: CloneKey,
    message_id: UUID,
    user: CurrentUser,
    database: AppDatabase,
    replies: AppReplies,
) -> Stopped:
    """Stop a reply; what was written stays. One that is over stays as it is."""
    await _reply_of(database, user.id, clone_id=clone_id, message_id=message_id)
    if reply := replies.find(message_id):
        replies.stop(message_id)
        await replies.finish(reply)
    else:
        await request_stop(database, user.id, message_id)
    message = await _reply_of(database, user.id, clone_id=clone_id, message_id=message_id)
    return Stopped(message_id=message_id, finish_reason=message.finish_reason)


def _with_key(body: Ask, idempotency_key: str | None) -> Ask:
    """The header is another way to send a client_message_id; that in the body counts."""
    if body.client_message_id or not idempotency_key:
        return body
    return body.model_copy(update={"client_message_id": idempotency_key})


async def _reply_of(
    database: Database, user_id: UUID, *, clone_id: str, message_id: UUID
) -> Message:
    """A reply to this user in a conversation with this clone; raise MessageNotFound otherwise."""
    async with database.as_user(user_id) as session:
        clone = await visible_clone(session, clone_id)
        message = await session.scalar(
            select(Message)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(
                Message.id == message_id,
                Message.role == "assistant",
                Message.owner_id == user_id,
                Conversation.clone_id == clone.id,
            )
        )
    if message is None:
        raise MessageNotFound
    return message


async def _answer(database: Database, user_id: UUID, end: Done) -> Answer:
    async with database.as_user(user_id) as session:
        text = await session.scalar(select(Message.content).where(Message.id == end.message_id))
    return Answer.model_validate(
        {"message": text, **{name: getattr(end, name) for name in Done.__slots__}}
    )


def _sequence(event_id: str | None, message_id: UUID) -> int:
    """The number of the last event that the reader has; 0 when it has none."""
    if not event_id:
        return 0
    parts = EVENT_ID.fullmatch(event_id)
    if parts is None:
        raise BadEventId
    if parts[1].lower() != str(message_id):
        raise MessageNotFound("Last-Event-ID belongs to another reply")
    return int(parts[2])


def _stream(events: AsyncIterator[bytes]) -> EventSourceResponse:
    return EventSourceResponse(
        events,
        ping=PING_S,
        headers=STREAM_HEADERS,
    )
