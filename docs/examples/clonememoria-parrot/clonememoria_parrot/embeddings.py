"""Embeddings that know how often each letter occurs."""

from collections.abc import Sequence
from typing import Self

import numpy as np

from clonememoria.core.config import Settings
from clonememoria.providers.embeddings.base import Vectors

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


class LetterEmbeddings:
    name = "letters"
    endpoint = "letters"
    default_model = "latin"
    batch_size = 256
    is_worth_keeping = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:  # noqa: ARG003 - it needs none of them
        return cls()

    async def embed(self, texts: Sequence[str], *, model: str) -> Vectors:  # noqa: ARG002 - it has one
        counts = [[text.lower().count(letter) for letter in ALPHABET] for text in texts]
        vectors = np.array(counts, np.float32).reshape(len(texts), len(ALPHABET))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)

    async def models(self) -> list[str]:
        return [self.default_model]

    async def aclose(self) -> None:
        return None
