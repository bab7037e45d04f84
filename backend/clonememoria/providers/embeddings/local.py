"""Embeddings by a real model on this machine's CPU, without a network: MiniLM, for English."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import psutil

from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderRejected
from clonememoria.providers.embeddings.base import Vectors

if TYPE_CHECKING:
    from clonememoria.providers.embeddings.minilm import MiniLM, Tokens

DIMENSIONS: Final = 384

# In one run of the model: 30 ms. More are slower, because their numbers do not fit a core's cache.
TOKENS_PER_RUN: Final = 256
# A question does not queue behind documents: calls this small have a thread of their own.
QUICK_TEXTS: Final = 4


class LocalEmbeddings:
    name = "local"
    endpoint = "local"
    default_model = "all-MiniLM-L6-v2"
    batch_size = 64
    is_worth_keeping = True

    def __init__(self) -> None:
        self._loading = Lock()
        self._model: MiniLM | None = None
        self._quick = ThreadPoolExecutor(1, "embed-question")
        self._bulk = ThreadPoolExecutor(cores(), "embed-documents")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Where the installation chose it, the model is loaded now and not by the first call."""
        embeddings = cls()
        chosen = [settings.embeddings_default_provider, *settings.embeddings_fallbacks]
        if any(choice.partition(":")[0] == cls.name for choice in chosen):
            embeddings._loaded()
        return embeddings

    async def embed(self, texts: Sequence[str], *, model: str) -> Vectors:
        if model != self.default_model:
            raise ProviderRejected
        run = asyncio.get_running_loop().run_in_executor
        lane = self._quick if len(texts) <= QUICK_TEXTS else self._bulk
        rows = [row for row, text in enumerate(texts) if text.strip()]
        tokens = await run(lane, self._tokens, [texts[row] for row in rows])
        batches = list(by_length(tokens))
        found = await asyncio.gather(
            *(run(lane, self._vectors, [tokens[i] for i in batch]) for batch in batches)
        )
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for batch, part in zip(batches, found, strict=True):
            vectors[[rows[i] for i in batch]] = part
        return vectors

    async def models(self) -> list[str]:
        return [self.default_model]

    async def aclose(self) -> None:
        for lane in (self._quick, self._bulk):
            lane.shutdown(wait=False, cancel_futures=True)

    def _tokens(self, texts: Sequence[str]) -> "list[Tokens]":
        return self._loaded().tokens(texts)

    def _vectors(self, batch: "Sequence[Tokens]") -> Vectors:
        return self._loaded().vectors(batch)

    def _loaded(self) -> "MiniLM":
        with self._loading:
            if self._model is None:
                # Only who uses it pays: half a second of CPU, and 100 MB.
                from clonememoria.providers.embeddings.minilm import MiniLM

                self._model = MiniLM()
            return self._model


def by_length(tokens: Sequence["Tokens"]) -> Iterator[list[int]]:
    """Positions of texts to run together, which differ little, because the shorter are padded."""
    batch: list[int] = []
    for position in sorted(range(len(tokens)), key=lambda i: len(tokens[i])):
        if batch and (len(batch) + 1) * len(tokens[position]) > TOKENS_PER_RUN:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def cores() -> int:
    """That this process may use."""
    process = psutil.Process()
    allowed = process.cpu_affinity() if hasattr(process, "cpu_affinity") else None
    return len(allowed) if allowed else psutil.cpu_count() or 1
