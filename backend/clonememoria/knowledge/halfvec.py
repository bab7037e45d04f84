"""Vectors as the bytes in which pgvector's halfvec travels; pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from clonememoria.providers.embeddings.base import Vectors

# pgvector src/halfvec.c, halfvec_send: int16 dimensions, int16 unused, then that many halves.
_HEAD: Final = np.dtype(">i2")
_HALF: Final = np.dtype(">f2")
_HEAD_BYTES: Final = 2 * _HEAD.itemsize


def encoded(vectors: Vectors) -> list[bytes]:
    """One value for each row of `vectors`, shape (rows, dimensions)."""
    head = np.array([vectors.shape[1], 0], _HEAD).tobytes()
    return [head + row.tobytes() for row in vectors.astype(_HALF)]


def decoded(values: Sequence[bytes]) -> Vectors:
    """Shape (len(values), dimensions); all of one length, at least one."""
    return np.stack([np.frombuffer(v, _HALF, offset=_HEAD_BYTES) for v in values]).astype(
        np.float32
    )
