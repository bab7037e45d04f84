"""The texts of a document to vectors, batch by batch; knows neither files nor the database."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from clonememoria.core.errors import ProviderError, ProviderMalformed
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
    """Raise a ProviderError, once what is on its way has come back.

    Nothing is cancelled for a failure beside it: that may be the one call by which a circuit
    learns that the provider is well again.
    """
    size = embeddings.batch_size
    starts = deque(range(0, len(texts), size))
    found: dict[int, Vectors] = {}
    done = 0

    async def work() -> None:
        nonlocal done
        while starts:
            at = starts.popleft()
            batch = texts[at : at + size]
            try:
                found[at] = await embeddings.embed(batch, model=model)
            except ProviderError:
                starts.clear()
                raise
            done += len(batch)
            on_progress(done)

    outcomes = await asyncio.gather(*(work() for _ in range(CONCURRENCY)), return_exceptions=True)
    for outcome in outcomes:
        if outcome:
            raise outcome
    if len({vectors.shape[1] for vectors in found.values()}) != 1:
        raise ProviderMalformed("The embedding provider returned vectors of different lengths")
    return np.concatenate([found[at] for at in sorted(found)])
