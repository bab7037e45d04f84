"""What turns texts into vectors; knows no vendor and no database."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embeddings(Protocol):
    """Vectors of one (name, model, dimensions) are comparable, and with no others.

    `endpoint` is what fails and heals together, as `guard.endpoint_id` makes it.
    """

    name: str
    endpoint: str
    default_model: str
    batch_size: int
    # Whether a vector is worth more than the place to keep it: not where it is made in no time.
    is_worth_keeping: bool

    async def embed(self, texts: Sequence[str], *, model: str) -> Vectors:
        """Return shape (len(texts), dimensions), rows of length 1; raise a ProviderError.

        Rows are in the order of the texts. A text without content gives a zero row.
        """
        ...

    async def models(self) -> list[str]:
        """Model names to offer in a form, the default first; raise a ProviderError."""
        ...

    async def aclose(self) -> None: ...
