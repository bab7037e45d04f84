"""Writes a batch of chunks with their words and vectors into a build; reads and decides nothing.

COPY is refused under row security, so rows travel as arrays, as fast as COPY. Half of the time is
Postgres making lexemes.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.knowledge import halfvec
from clonememoria.knowledge.lexical import TEXT_CONFIG
from clonememoria.knowledge.lifecycle import Claim
from clonememoria.knowledge.readout import Batch
from clonememoria.providers.embeddings.base import Vectors


@dataclass(frozen=True, slots=True)
class IndexedBatch:
    """Row i of `vectors` is of chunk i."""

    batch: Batch
    vectors: Vectors
    space_id: int
    build_id: int


_CHUNKS = text("""
    insert into chunks (id, document_id, build_id, clone_id, owner_id, chunk_index, content,
                        heading_path, page_number, char_start, char_end, token_count)
    select id, :document_id, :build_id, :clone_id, :owner_id, :first_index + n - 1, content,
           case when headings = '' then '{}' else string_to_array(headings, chr(31)) end,
           page, char_start, char_end, tokens
    from unnest(cast(:ids as uuid[]), cast(:contents as text[]), cast(:headings as text[]),
                cast(:pages as int[]), cast(:starts as int[]), cast(:ends as int[]),
                cast(:tokens as int[])) with ordinality
         as row (id, content, headings, page, char_start, char_end, tokens, n)""")

_LEXEMES = text("""
    insert into chunk_lexemes (chunk_id, build_id, clone_id, owner_id, length, lexemes)
    select id, :build_id, :clone_id, :owner_id, length,
           to_tsvector(cast(:config as regconfig), words)
    from unnest(cast(:ids as uuid[]), cast(:lengths as int[]), cast(:words as text[]))
         as row (id, length, words)""")

_EMBEDDINGS = text("""
    insert into chunk_embeddings (chunk_id, space_id, build_id, clone_id, owner_id, embedding)
    select id, :space_id, :build_id, :clone_id, :owner_id, embedding
    from unnest(cast(:ids as uuid[]), cast(:vectors as halfvec[])) as row (id, embedding)""")

# Arrays of arrays of different lengths do not exist in SQL; no text has this separator.
_UNIT_SEPARATOR: Final = "\x1f"


async def store(session: AsyncSession, claim: Claim, rows: IndexedBatch) -> None:
    batch = rows.batch
    build = {"build_id": rows.build_id, "clone_id": claim.clone_id, "owner_id": claim.owner_id}
    build["ids"] = [uuid7() for _ in batch.contents]
    chunks = {
        "document_id": claim.document_id,
        "first_index": batch.first_index,
        "contents": batch.contents,
        "headings": [_UNIT_SEPARATOR.join(path) for path in batch.heading_paths],
        "pages": batch.page_numbers,
        "starts": batch.char_starts,
        "ends": batch.char_ends,
        "tokens": batch.token_counts,
    }
    await session.execute(_CHUNKS, {**build, **chunks})
    lexemes = {
        "config": TEXT_CONFIG,
        "words": batch.words,
        "lengths": [words.count(" ") + 1 for words in batch.words],
    }
    await session.execute(_LEXEMES, {**build, **lexemes})
    vectors = {"space_id": rows.space_id, "vectors": halfvec.encoded(rows.vectors)}
    await session.execute(_EMBEDDINGS, {**build, **vectors})
