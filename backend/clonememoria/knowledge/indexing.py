"""Writes the chunks of a document with their words and vectors; reads and decides nothing.

COPY is refused under row security, so rows travel as arrays: 5,000 chunks a second into the three
tables, half of it Postgres making lexemes. Vectors as one flat real[] that is sliced in SQL cost
half of vectors as text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.knowledge.chunking import Chunk
from clonememoria.knowledge.lexical import TEXT_CONFIG
from clonememoria.knowledge.lifecycle import Claim
from clonememoria.knowledge.spaces import Embedding, space_of
from clonememoria.providers.embeddings.base import Vectors

# Encoding the vectors of one statement holds the event loop: 5 ms at 384 dimensions.
ROWS_PER_STATEMENT: Final = 200


@dataclass(frozen=True, slots=True)
class Index:
    """What a document becomes: row i of `vectors`, of `embedding`, and words i are of chunk i."""

    chunks: Sequence[Chunk]
    words: Sequence[str]
    vectors: Vectors
    embedding: Embedding


_DELETE = text("delete from chunks where document_id = :document_id")

_CHUNKS = text("""
    insert into chunks (id, document_id, clone_id, owner_id, chunk_index, content, heading_path,
                        page_number, char_start, char_end, token_count)
    select id, :document_id, :clone_id, :owner_id, n, content,
           case when headings = '' then '{}' else string_to_array(headings, chr(31)) end,
           page, char_start, char_end, tokens
    from unnest(cast(:ids as uuid[]), cast(:indexes as int[]), cast(:contents as text[]),
                cast(:headings as text[]), cast(:pages as int[]), cast(:starts as int[]),
                cast(:ends as int[]), cast(:tokens as int[]))
         as row (id, n, content, headings, page, char_start, char_end, tokens)""")

_LEXEMES = text("""
    insert into chunk_lexemes (chunk_id, clone_id, owner_id, length, lexemes)
    select id, :clone_id, :owner_id, length, to_tsvector(cast(:config as regconfig), words)
    from unnest(cast(:ids as uuid[]), cast(:lengths as int[]), cast(:words as text[]))
         as row (id, length, words)""")

_EMBEDDINGS = text("""
    insert into chunk_embeddings (chunk_id, space_id, clone_id, owner_id, embedding)
    select id, :space_id, :clone_id, :owner_id,
           ((cast(:flat as real[]))[(n - 1) * :dimensions + 1 : n * :dimensions])\\:\\:halfvec
    from unnest(cast(:ids as uuid[])) with ordinality as row (id, n)""")

# Arrays of arrays of different lengths do not exist in SQL; no text has this separator.
_UNIT_SEPARATOR = "\x1f"


async def replace_index(session: AsyncSession, claim: Claim, index: Index) -> None:
    """Swap the chunks of the document for these; readers see the old ones until the commit."""
    space_id = await space_of(session, index.embedding, index.vectors.shape[1])
    await session.execute(_DELETE, {"document_id": claim.document_id})
    for rows in row_slices(len(index.chunks)):
        await _insert(session, claim, _part(index, rows), space_id=space_id)


def row_slices(count: int) -> Iterator[slice]:
    return (slice(at, at + ROWS_PER_STATEMENT) for at in range(0, count, ROWS_PER_STATEMENT))


def _part(index: Index, rows: slice) -> Index:
    return Index(index.chunks[rows], index.words[rows], index.vectors[rows], index.embedding)


async def _insert(session: AsyncSession, claim: Claim, part: Index, *, space_id: int) -> None:
    owner = {"clone_id": claim.clone_id, "owner_id": claim.owner_id}
    ids = [uuid7() for _ in part.chunks]
    chunks = {**owner, "document_id": claim.document_id, **_columns(part.chunks)}
    await session.execute(_CHUNKS, {"ids": ids, **chunks})
    lexemes = {
        "config": TEXT_CONFIG,
        "words": part.words,
        "lengths": [words.count(" ") + 1 for words in part.words],
    }
    await session.execute(_LEXEMES, {"ids": ids, **owner, **lexemes})
    vectors = {
        "space_id": space_id,
        "dimensions": part.vectors.shape[1],
        "flat": part.vectors.ravel().tolist(),
    }
    await session.execute(_EMBEDDINGS, {"ids": ids, **owner, **vectors})


def _columns(chunks: Sequence[Chunk]) -> dict[str, list[int] | list[str] | list[int | None]]:
    return {
        "indexes": [chunk.index for chunk in chunks],
        "contents": [chunk.content for chunk in chunks],
        "headings": [_UNIT_SEPARATOR.join(chunk.heading_path) for chunk in chunks],
        "pages": [chunk.page_number for chunk in chunks],
        "starts": [chunk.char_start for chunk in chunks],
        "ends": [chunk.char_end for chunk in chunks],
        "tokens": [chunk.token_count for chunk in chunks],
    }
