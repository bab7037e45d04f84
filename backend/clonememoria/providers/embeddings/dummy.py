"""Embeddings without a model: hashed words and their n-grams, close for texts that share words."""

import asyncio
from collections.abc import Sequence
from typing import Self

import numpy as np

from clonememoria.core.config import Settings
from clonememoria.providers.embeddings.base import Vectors
from clonememoria.providers.embeddings.hashing import DIMENSIONS, embed_text


class DummyEmbeddings:
    name = "dummy"
    endpoint = "dummy"
    default_model = "hashed-words-384"
    batch_size = 256
    is_worth_keeping = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:  # noqa: ARG003 - it needs none of them
        return cls()

    async def embed(self, texts: Sequence[str], *, model: str) -> Vectors:  # noqa: ARG002 - it has one
        return await asyncio.to_thread(_embed, tuple(texts))

    async def models(self) -> list[str]:
        return [self.default_model]

    async def aclose(self) -> None:
        return None


def _embed(texts: Sequence[str]) -> Vectors:
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    for row, text in zip(vectors, texts, strict=True):
        row[:] = embed_text(text)
    return vectors
