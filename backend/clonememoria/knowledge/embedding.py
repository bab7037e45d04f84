"""The texts of a document to vectors, batch by batch; knows neither files nor the database."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from clonememoria.core.errors import ProviderMalformed
from clonememoria.providers.embeddings.base import Embeddings, Vectors

# Batches on their way to the provider at the same time.
CONCURRENCY: Final = 2
MAX_CONTEXT_CHARS: Final = 200


def in_context(title: str, heading_path: Sequence[str], content: str) -> str:
    """A chunk alone does not say what it is about."""
    return f"{' > '.join((title, *heading_path))[:MAX_CONTEXT_CHARS]}\n{content}"


async def embed_texts(
    texts: Sequence[str],
    embeddings: Embeddings,
    *,
    model: str,
    on_progress: Callable[[int], None] = lambda _count: None,
) -> Vectors:
    """Raise a ProviderError; then the batches on their way are cancelled."""
    size = embeddings.batch_size
    batches = [texts[at : at + size] for at in range(0, len(texts), size)]
    free = asyncio.Semaphore(CONCURRENCY)
    done = 0

    async def embed(batch: Sequence[str]) -> Vectors:
        nonlocal done
        async with free:
            vectors = await embeddings.embed(batch, model=model)
        done += len(batch)
        on_progress(done)
        return vectors

    tasks = [asyncio.ensure_future(embed(batch)) for batch in batches]
    try:
        found = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    if len({vectors.shape[1] for vectors in found}) != 1:
        raise ProviderMalformed("The embedding provider returned vectors of different lengths")
    return np.concatenate(found)
