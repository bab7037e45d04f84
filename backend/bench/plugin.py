"""The embeddings of `byte_vectors` as a provider of the product that is measured."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from bench.byte_vectors import byte_vectors
from clonememoria.core.config import Settings
from clonememoria.providers.embeddings.base import Vectors

PROVIDER: Final = "bytes"


class ByteEmbeddings:
    name = PROVIDER
    endpoint = PROVIDER
    default_model = "pairs-384"
    batch_size = 256
    is_worth_keeping = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:  # noqa: ARG003 - it needs none of them
        return cls()

    async def embed(self, texts: Sequence[str], *, model: str) -> Vectors:  # noqa: ARG002 - it has one
        return await asyncio.to_thread(byte_vectors, texts)

    async def models(self) -> list[str]:
        return [self.default_model]

    async def aclose(self) -> None:
        return None


def install_into(folder: Path) -> None:
    """What an installer leaves of a package: with `folder` on its path, Python knows of it."""
    package = folder / "clonememoria_bench-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: clonememoria-bench\n")
    (package / "entry_points.txt").write_text(
        f"[clonememoria.embeddings]\n{PROVIDER} = {__name__}:{ByteEmbeddings.__name__}\n"
    )
