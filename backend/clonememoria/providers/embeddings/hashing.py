"""A text as one vector of hashed features, without any model; pure, knows no provider."""

import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clonememoria.providers.embeddings.base import Vectors
from clonememoria.providers.words import STOP_WORDS, stem, words_of

DIMENSIONS = 384
GRAM_SHARE = 0.5  # of a word's weight that its n-grams have, so that relatives are near

_STOP = STOP_WORDS["en"]


def embed_text(text: str) -> Vectors:
    """Shape (DIMENSIONS,), length 1; all zeros without content."""
    vector = np.zeros(DIMENSIONS, np.float32)
    for word, count in _counted(text).items():
        slots, weights = _features(word)
        np.add.at(vector, slots, weights * np.float32(1 + np.log(count)))
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


def _counted(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words_of(text):
        if word not in _STOP:
            counts[word] = counts.get(word, 0) + 1
    return counts


@lru_cache(maxsize=100_000)
def _features(word: str) -> tuple[NDArray[np.intp], Vectors]:
    root = stem(word, "en")
    grams = [root[i : i + n] for n in (3, 4, 5) for i in range(len(root) - n + 1)]
    names = [f"w:{root}", *(f"g:{gram}" for gram in grams)]
    hashes = np.array([zlib.crc32(n.encode("utf-8", "surrogatepass")) for n in names])
    weights = np.full(len(names), GRAM_SHARE / max(1, len(grams)) ** 0.5, np.float32)
    weights[0] = 1.0
    weights[(hashes >> 20) & 1 == 1] *= -1
    return hashes % DIMENSIONS, weights
