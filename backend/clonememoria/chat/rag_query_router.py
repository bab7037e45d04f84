"""The route POST /api/rag/query: one question, one answer, nothing kept of either."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from clonememoria.chat.asking import CurrentAsker
from clonememoria.chat.events import Done
from clonememoria.chat.history import HISTORY_MESSAGES
from clonememoria.chat.schemas import (
    EXAMPLE_SOURCE,
    EXAMPLE_USAGE,
    Question,
    SkipOut,
    SourceOut,
    TroubleOut,
    UsageOut,
)
from clonememoria.chat.unsaved import answer_unsaved
from clonememoria.clones.access import CloneKey
from clonememoria.core.metrics import AppMetrics
from clonememoria.core.openapi import problems
from clonememoria.core.text import storable
from clonememoria.models import ReplyMode
from clonememoria.providers.llm.base import ChatMessage

router = APIRouter(responses=problems(401, 404, 422, 429, 503))

MAX_SENT_MESSAGES: Final = 1000


class EarlierMessage(BaseModel):
    role: Literal["user", "assistant"]
    content: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(storable)
    ]


class RagQuery(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "query": "How are refunds paid?",
                "conversation_history": [{"role": "user", "content": "I bought a lamp."}],
            }
        }
    )

    query: Question
    conversation_history: Annotated[list[EarlierMessage], Field(max_length=MAX_SENT_MESSAGES)] = (
        Field(default_factory=list, description=f"Oldest first; the last {HISTORY_MESSAGES} count.")
    )


class RagAnswerData(BaseModel):
    """`degraded` names what retrieval had to do without, such as `embeddings`."""

    provider: str
    model: str
    finish_reason: str
    usage: UsageOut
    degraded: list[str]
    skipped: list[SkipOut]
    error: TroubleOut | None


class RagAnswer(BaseModel):
    """`success` is false in mode `error_fallback`: `response` is an apology, `message` says why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "success": True,
                "message": "Answered from 1 passage.",
                "response": "Refunds are paid within 14 days [1].",
                "sources": [EXAMPLE_SOURCE],
                "mode": "rag",
                "data": {
                    "provider": "dummy",
                    "model": "extractive",
                    "finish_reason": "stop",
                    "usage": EXAMPLE_USAGE,
                    "degraded": [],
                    "skipped": [],
                    "error": None,
                },
                "timestamp": "2026-11-20T10:00:00Z",
            }
        }
    )

    success: bool
    message: str
    response: str
    sources: list[SourceOut]
    mode: ReplyMode
    data: RagAnswerData
    timestamp: datetime


@router.post("/query/{clone_id}")
async def query_memory(
    clone_id: CloneKey, body: RagQuery, *, asker: CurrentAsker, metrics: AppMetrics
) -> RagAnswer:
    """Ask a clone without a conversation: nothing is kept but what it cost."""
    history = [
        ChatMessage(message.role, message.content)
        for message in body.conversation_history[-HISTORY_MESSAGES:]
        if message.content
    ]
    draft, end = await answer_unsaved(asker, clone_id, body.query, history=history, metrics=metrics)
    return RagAnswer(
        success=end.error is None,
        message=_told(end),
        response=draft.text,
        sources=[SourceOut.model_validate(source) for source in end.sources],
        mode=end.mode,
        data=RagAnswerData(
            provider=end.provider,
            model=end.model,
            finish_reason=end.finish_reason,
            usage=UsageOut.model_validate(end.usage),
            degraded=list(draft.degraded),
            skipped=[SkipOut.model_validate(skip) for skip in end.skipped],
            error=TroubleOut.model_validate(end.error) if end.error else None,
        ),
        timestamp=datetime.now(UTC),
    )


def _told(end: Done) -> str:
    if end.error:
        return end.error.detail
    if not end.sources:
        return "Answered without passages: the memory is off, or holds none for this."
    return f"Answered from {len(end.sources)} passage{'s' if len(end.sources) > 1 else ''}."
