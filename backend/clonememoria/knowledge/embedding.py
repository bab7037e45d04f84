"""Texts to vectors for one clone, and what that costs; a text that is known costs nothing again."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database
from clonememoria.core.errors import ProviderError, ProviderMalformed
from clonememoria.knowledge import kept_vectors
from clonememoria.knowledge.charging import charge
from clonememoria.knowledge.spaces import Embedding, space_of
from clonememoria.providers.catalog import Providers
from clonememoria.providers.embeddings.base import Embeddings, Vectors

# Batches on their way to the provider at the same time.
CONCURRENCY: Final = 2
HASH_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedder:
    """By which embedding the texts of whose clone become vectors."""

    clone_id: UUID
    owner_id: UUID
    embedding: Embedding
    embeddings: Embeddings
    providers: Providers
    database: Database

    @property
    def keeps(self) -> bool:
        return self.embeddings.is_worth_keeping


async def embedder_for(
    embedding: Embedding,
    *,
    clone_id: UUID,
    owner_id: UUID,
    providers: Providers,
    database: Database,
) -> Embedder:
    # Some load a model the first time.
    embeddings = await asyncio.to_thread(providers.embeddings, embedding.provider)
    return Embedder(
        clone_id=clone_id,
        owner_id=owner_id,
        embedding=embedding,
        embeddings=embeddings,
        providers=providers,
        database=database,
    )


@dataclass(frozen=True, slots=True)
class Embedded:
    """`vectors[i]` is of text i; `asked` are the texts that the provider was asked for."""

    vectors: Vectors
    asked: Sequence[str]
    hashes: Sequence[bytes]


async def embed(
    texts: Sequence[str],
    embedder: Embedder,
    *,
    on_progress: Callable[[int], None] = lambda _count: None,
) -> Embedded:
    """Raise a ProviderError. Nothing is open in the database meanwhile.

    `on_progress` is told of each text once, as soon as its vector is there.
    """
    hashes = [hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).digest() for text in texts]
    kept: dict[bytes, Vectors] = {}
    if embedder.keeps:
        async with embedder.database.as_user(embedder.owner_id) as session:
            kept = await kept_vectors.find(session, embedder.embedding, hashes)
    lacking = [at for at, hash_ in enumerate(hashes) if hash_ not in kept]
    asked = [texts[at] for at in lacking]
    on_progress(len(texts) - len(asked))
    fresh = await _ask(asked, embedder, on_progress) if asked else None
    if fresh is None:
        return Embedded(np.stack([kept[hash_] for hash_ in hashes]), (), hashes)
    if kept and fresh.shape[1] != len(next(iter(kept.values()))):
        # The vendor gives the model other dimensions by now: what is kept is of another space.
        return Embedded(await _ask(texts, embedder, lambda _count: None), texts, hashes)
    known = dict(zip((hashes[at] for at in lacking), fresh, strict=True)) | kept
    return Embedded(np.stack([known[hash_] for hash_ in hashes]), asked, hashes)


async def _ask(
    texts: Sequence[str], embedder: Embedder, on_progress: Callable[[int], None]
) -> Vectors:
    """In batches, CONCURRENCY of them at a time.

    Nothing is cancelled for a failure beside it: that may be the one call by which a circuit
    learns that the provider is well again.
    """
    provider, model = embedder.embeddings, embedder.embedding.model
    starts = iter(range(0, len(texts), provider.batch_size))
    found: dict[int, Vectors] = {}
    failures: list[ProviderError] = []

    async def work() -> None:
        for at in starts:
            if failures:
                return
            try:
                batch = texts[at : at + provider.batch_size]
                found[at] = await provider.embed(batch, model=model)
            except ProviderError as error:
                failures.append(error)
            else:
                on_progress(len(batch))

    await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
    if failures:
        raise failures[0]
    if len({vectors.shape[1] for vectors in found.values()}) != 1:
        raise ProviderMalformed("The embedding provider returned vectors of different lengths")
    return np.concatenate([found[at] for at in sorted(found)])


async def pay_and_keep(session: AsyncSession, embedded: Embedded, embedder: Embedder) -> int:
    """In the transaction that stores the vectors, first; return the id of their space."""
    # Who deletes an account locks it before all that belongs to it, and so does the ledger.
    if embedded.asked:
        await charge(
            session,
            embedder.embedding,
            embedded.asked,
            clone_id=embedder.clone_id,
            owner_id=embedder.owner_id,
            prices=embedder.providers.prices,
        )
    space_id = await space_of(session, embedder.embedding, embedded.vectors.shape[1])
    if embedder.keeps:
        await kept_vectors.keep(
            session,
            dict(zip(embedded.hashes, embedded.vectors, strict=True)),
            owner_id=embedder.owner_id,
            space_id=space_id,
        )
    return space_id
