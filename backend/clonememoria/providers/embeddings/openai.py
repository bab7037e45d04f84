"""OpenAI's embeddings, and every server that speaks them."""

import base64
import re
from collections.abc import Iterator, Sequence
from typing import Final, Self

import msgspec
import numpy as np
from openai import omit

from clonememoria.core.config import Settings
from clonememoria.core.errors import ProviderMalformed
from clonememoria.providers.embeddings.base import Vectors
from clonememoria.providers.guard import endpoint_id
from clonememoria.providers.http import decoded, first_secret, sendable
from clonememoria.providers.openai_api import model_names, openai_client, our_errors

TIMEOUT_S = 60.0

# One request may hold 300,000 tokens. A character is a token at most in scripts such as Chinese,
# so this stays below the limit in every language.
MAX_REQUEST_CHARACTERS = 250_000

# `text-embedding-3-large@1024` asks for vectors of 1024. It is part of the name because vectors of
# two lengths are of two spaces, as those of two models are.
_SHORTENED = re.compile(r"(?P<model>.+)@(?P<dimensions>\d{1,4})")


class _Row(msgspec.Struct):
    index: int
    # Some servers do not know base64 and answer with numbers.
    embedding: str | list[float]


class _Answer(msgspec.Struct):
    data: list[_Row]


_ANSWER: Final = msgspec.json.Decoder(_Answer)


class OpenAIEmbeddings:
    name = "openai"
    batch_size = 128
    is_worth_keeping = True

    def __init__(self, *, base_url: str | None, api_key: str | None, model: str) -> None:
        self.endpoint = endpoint_id(self.name, url=base_url, key=api_key)
        self.default_model = model
        self._client = openai_client(base_url=base_url, api_key=api_key, timeout_s=TIMEOUT_S)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            base_url=settings.embeddings_openai_base_url,
            api_key=first_secret(settings.embeddings_openai_api_key, settings.openai_api_key),
            model=settings.embeddings_openai_model,
        )

    async def embed(self, texts: Sequence[str], *, model: str) -> Vectors:
        # The vendor refuses an empty text; its row is all zeros, as everywhere.
        has_content = np.array([bool(text.strip()) for text in texts], bool)
        asked = [text if text.strip() else "-" for text in texts]
        batches = [await self._embed(batch, model) for batch in _batches(asked, self.batch_size)]
        if len({batch.shape[1] for batch in batches}) > 1:
            raise ProviderMalformed
        vectors = np.concatenate(batches) if batches else np.zeros((0, 0), np.float32)
        vectors[~has_content] = 0
        return vectors

    async def _embed(self, texts: Sequence[str], model: str) -> Vectors:
        shortened = _SHORTENED.fullmatch(model)
        with our_errors():
            async with self._client.embeddings.with_streaming_response.create(
                input=[sendable(text) for text in texts],
                model=shortened["model"] if shortened else model,
                dimensions=int(shortened["dimensions"]) if shortened else omit,
                encoding_format="base64",
            ) as response:
                body = await response.read()
        return _vectors_in(body, expected=len(texts))

    async def models(self) -> list[str]:
        names = [n for n in await model_names(self._client) if "embed" in n]
        return [self.default_model, *(n for n in names if n != self.default_model)]

    async def aclose(self) -> None:
        await self._client.close()


def _batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    start = characters = 0
    for position, text in enumerate(texts):
        is_full = position - start == size or characters + len(text) > MAX_REQUEST_CHARACTERS
        if is_full and position > start:
            yield texts[start:position]
            start, characters = position, 0
        characters += len(text)
    if texts:
        yield texts[start:]


def _vectors_in(body: bytes, *, expected: int) -> Vectors:
    """Rows by their index, of length 1; raise ProviderMalformed."""
    rows = sorted(decoded(body, _ANSWER).data, key=lambda row: row.index)
    if [row.index for row in rows] != list(range(expected)):
        raise ProviderMalformed
    try:
        vectors = np.stack([_vector(row.embedding) for row in rows])
    except ValueError:
        raise ProviderMalformed from None
    # In double precision, since the squares may be too large for single.
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    # Without a direction nothing is near it, or all is.
    if not (np.isfinite(lengths).all() and lengths.all()):
        raise ProviderMalformed
    unit: Vectors = (vectors / lengths).astype(np.float32)
    return unit


def _vector(embedding: str | list[float]) -> Vectors:
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), "<f4")
    with np.errstate(over="ignore"):
        return np.array(embedding, np.float32)
