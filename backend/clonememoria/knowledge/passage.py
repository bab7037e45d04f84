"""A passage: a chunk that retrieval found, with where it stands and why it was found."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Passage:
    """Ranks count from 1; `dense_score` is a cosine, `lexical_score` is BM25.

    `relevance` is 0..1: the larger of the cosine and of the share of the question's weight that
    the passage's words cover.
    """

    chunk_id: UUID
    document_id: UUID
    document_name: str
    url: str | None
    page_number: int | None
    char_start: int
    char_end: int
    content: str
    score: float
    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None
    relevance: float
