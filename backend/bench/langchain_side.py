"""The same texts into the same Postgres by langchain-postgres, as its documentation shows.

A program for a process and an environment of its own: the product is not installed there. Prints
how many chunks it stored, and in how many seconds, without its own start.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

from langchain_postgres import PGVector
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bench.byte_vectors import byte_vectors
from clonememoria.providers.embeddings.hashing import embed_text

# As the product cuts.
CHUNK_CHARACTERS: Final = 1_000
OVERLAP_CHARACTERS: Final = 200
PROVIDERS: Final[dict[str, Callable[[Sequence[str]], list[list[float]]]]] = {
    "bytes": lambda texts: byte_vectors(texts).tolist(),
    "dummy": lambda texts: [embed_text(text).tolist() for text in texts],
}


class Provider:
    def __init__(self, name: str) -> None:
        self._embed = PROVIDERS[name]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._embed(texts)

    def embed_query(self, text: str) -> list[float]:
        return self._embed([text])[0]


def main(url: str, provider: str, *files: str) -> None:
    texts = [Path(file).read_text() for file in files]
    store = PGVector(
        embeddings=Provider(provider),
        connection=url,
        embedding_length=384,
        collection_name=str(uuid4()),
    )
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS, add_start_index=True
    )
    started = time.perf_counter()
    count = 0
    for text, file in zip(texts, files, strict=True):
        chunks = splitter.create_documents([text], [{"source": file}])
        count += len(store.add_documents(chunks))
    sys.stdout.write(f"{count} {time.perf_counter() - started}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
