"""Closed sets and JSON shapes that columns hold; free of the database, for pure code too."""

from typing import Literal, TypedDict

SearchMode = Literal["hybrid", "dense", "lexical"]
AnswerMode = Literal["strict", "balanced", "open"]
ReplyMode = Literal["rag", "llm_fallback", "cached", "error_fallback"]
MessageRole = Literal["user", "assistant", "system"]
MessageStatus = Literal["streaming", "complete", "interrupted", "failed"]


class StoredSource(TypedDict):
    """A cited passage as it was when it was cited: it outlives its document."""

    index: int
    document_id: str
    document_name: str
    chunk_id: str
    page_number: int | None
    char_start: int
    char_end: int
    relevance_score: float
    excerpt: str
    url: str | None


class StoredSkip(TypedDict):
    """A provider that did not answer, and why."""

    provider: str
    model: str
    code: str
    detail: str


class StoredUsage(TypedDict):
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
