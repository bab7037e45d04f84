"""Conversations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from clonememoria.accounts.identity import CurrentUser, UserSession
from clonememoria.accounts.spending import spent
from clonememoria.chat.conversation_schemas import (
    ConversationChange,
    ConversationOut,
    ConversationWithMessages,
    MessageOut,
    NewConversation,
    NewMessage,
)
from clonememoria.chat.conversations import (
    ConversationFilter,
    add_message,
    get_conversation,
    list_conversations,
    messages_of,
    start_conversation,
)
from clonememoria.chat.schemas import UsageOut
from clonememoria.clones.access import visible_clone
from clonememoria.core.openapi import problems
from clonememoria.core.text import ShortText
from clonememoria.core.web import Page
from clonememoria.models import UsageRecord

router = APIRouter(responses=problems(401, 404, 422))

Paging = Annotated[Page, Depends()]


@router.post("", status_code=201)
async def create(
    body: NewConversation, user: CurrentUser, session: UserSession
) -> ConversationWithMessages:
    """Start a conversation with a clone, with a first message if there is one."""
    clone = await visible_clone(session, body.clone_id)
    conversation = await start_conversation(
        session, clone, owner_id=user.id, title=body.title, space=body.space, tags=body.tags
    )
    messages = []
    if body.initial_message:
        first = body.initial_message
        messages.append(
            await add_message(session, conversation, role=first.role, content=first.content)
        )
    await session.refresh(conversation)
    answer = ConversationWithMessages.of(conversation)
    answer.messages = [MessageOut.of(message) for message in messages]
    return answer


@router.get("")
async def list_all(
    *,
    response: Response,
    session: UserSession,
    page: Paging,
    clone_id: UUID | None = None,
    space: Annotated[ShortText | None, Query()] = None,
    tag: Annotated[ShortText | None, Query()] = None,
    search: Annotated[ShortText | None, Query()] = None,
) -> list[ConversationOut]:
    """Your conversations, the last changed first; `search` looks into titles and messages."""
    wanted = ConversationFilter(clone_id=clone_id, space=space, tag=tag, search=search)
    found, total = await list_conversations(session, wanted, limit=page.limit, offset=page.offset)
    response.headers["X-Total-Count"] = str(total)
    return [ConversationOut.of(conversation) for conversation in found]


@router.get("/{conversation_id}")
async def read(conversation_id: UUID, session: UserSession) -> ConversationWithMessages:
    """A conversation with its messages, oldest first, and what its replies cost."""
    conversation = await get_conversation(session, conversation_id)
    answer = ConversationWithMessages.of(conversation)
    answer.messages = [MessageOut.of(m) for m in await messages_of(session, conversation_id)]
    on_it = UsageRecord.conversation_id == conversation_id
    answer.usage = UsageOut.model_validate(await spent(session, on_it))
    return answer


@router.patch("/{conversation_id}")
@router.put("/{conversation_id}")
async def change(
    conversation_id: UUID, body: ConversationChange, session: UserSession
) -> ConversationOut:
    """Rename, move or tag a conversation; what is not sent stays."""
    conversation = await get_conversation(session, conversation_id)
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(conversation, name, value)
    await session.flush()
    return ConversationOut.of(conversation)


@router.delete("/{conversation_id}", status_code=204)
async def delete(conversation_id: UUID, session: UserSession) -> None:
    """Delete a conversation and its messages."""
    await session.delete(await get_conversation(session, conversation_id))


@router.get("/{conversation_id}/messages")
async def list_messages(
    conversation_id: UUID, response: Response, *, session: UserSession, page: Paging
) -> list[MessageOut]:
    """The messages, oldest first."""
    conversation = await get_conversation(session, conversation_id)
    response.headers["X-Total-Count"] = str(conversation.message_count)
    found = await messages_of(session, conversation_id, limit=page.limit, offset=page.offset)
    return [MessageOut.of(message) for message in found]


@router.post("/{conversation_id}/messages", status_code=201)
async def note_message(conversation_id: UUID, body: NewMessage, session: UserSession) -> MessageOut:
    """Add a message without asking for a reply."""
    conversation = await get_conversation(session, conversation_id)
    message = await add_message(session, conversation, role=body.role, content=body.content)
    return MessageOut.of(message)
