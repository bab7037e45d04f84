"""The embedding cache of each owner: by space and hash of the text, so that no text is paid twice.

Of no use to a search: without the text its vector is not found. What nobody needed for a month
is forgotten.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database
from clonememoria.knowledge import halfvec
from clonememoria.knowledge.spaces import Embedding
from clonememoria.providers.embeddings.base import Vectors

KEPT_DAYS: Final = 30
# Those of one large import end on one day.
FORGOTTEN_AT_ONCE: Final = 20_000

# Row security leaves the owner's alone. Of two spaces of one model the newer is the present one.
_FIND = text("""
    select text_hash, embedding from kept_vectors
    where text_hash = any(cast(:hashes as bytea[])) and owner_id = app_user()
      and space_id = (
          select max(id) from embedding_spaces where provider = :provider and model = :model)""")

# Once a day is enough to know what is needed.
_KEEP = text("""
    insert into kept_vectors (owner_id, space_id, text_hash, embedding)
    select :owner_id, :space_id, text_hash, embedding
    from unnest(cast(:hashes as bytea[]), cast(:vectors as halfvec[])) as row (text_hash, embedding)
    on conflict (owner_id, space_id, text_hash) do update set used_on = current_date
    where kept_vectors.used_on < current_date""")

_FORGET = text("""
    delete from kept_vectors where ctid = any(array(
        select ctid from kept_vectors where used_on < current_date - cast(:days as int)
        limit :limit for update skip locked))
    returning 1""")


async def find(
    session: AsyncSession, embedding: Embedding, hashes: Sequence[bytes]
) -> dict[bytes, Vectors]:
    """Of the session's user; each of shape (dimensions,)."""
    rows = await session.execute(
        _FIND,
        {
            "hashes": list(dict.fromkeys(hashes)),
            "provider": embedding.provider,
            "model": embedding.model,
        },
    )
    found = {bytes(hash_): vector for hash_, vector in rows}
    if not found:
        return {}
    return dict(zip(found, halfvec.decoded(list(found.values())), strict=True))


async def keep(
    session: AsyncSession, vectors: Mapping[bytes, Vectors], *, owner_id: UUID, space_id: int
) -> None:
    # In one order for all: two that keep the same texts at once would wait for each other.
    hashes = sorted(vectors)
    await session.execute(
        _KEEP,
        {
            "owner_id": owner_id,
            "space_id": space_id,
            "hashes": hashes,
            "vectors": halfvec.encoded(np.stack([vectors[hash_] for hash_ in hashes])),
        },
    )


async def forget_unused(database: Database) -> None:
    """Step by step: none takes longer than the database is given for an answer."""
    step = {"days": KEPT_DAYS, "limit": FORGOTTEN_AT_ONCE}
    is_done = False
    while not is_done:
        async with database.as_system() as session:
            is_done = len((await session.execute(_FORGET, step)).all()) < FORGOTTEN_AT_ONCE
