"""Embeddings without a model: hashed words and their n-grams, close for texts that share words."""

import asyncio
from collections.abc import Sequence
from typing import Final, Self

import numpy as np

from clonememoria.core.config import Settings
from clonememoria.providers.embeddings.base import Vectors
from clonememoria.providers.embeddings.hashing import DIMENSIONS, embed_text
from clonememoria.providers.embeddings.hashing_process import HashingProcess

# A question, or a short document: done before another process has heard of it.
FEW: Final = 32


class DummyEmbeddings:
    name = "dummy"
    endpoint = "dummy"
    default_model = "hashed-words-384"
    batch_size = 256
    is_worth_keeping = False

    def __init__(self) -> None:
        self._process = HashingProcess()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:  # noqa: ARG003 - it needs none of them
        return cls()

    async def embed(self, texts: Sequence[str], *, model: str) -> Vectors:  # noqa: ARG002 - it has one
        if len(texts) > FEW:
            return await self._process.embed(texts)
        return await asyncio.to_thread(_embed, tuple(texts))

    async def models(self) -> list[str]:
        return [self.default_model]

    async def aclose(self) -> None:
        await self._process.aclose()


def _embed(texts: Sequence[str]) -> Vectors:
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    for row, text in zip(vectors, texts, strict=True):
        row[:] = embed_text(text)
    return vectors
