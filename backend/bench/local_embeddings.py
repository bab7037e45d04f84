"""The model on this machine through its provider, against the same model run bare.

Bare are the same batches, already cut into tokens and sorted by length, from as many plain threads:
what the provider adds is the tokenizer, the event loop, the guard and the order of the rows.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Final

from bench.lag import measured_lag
from bench.prose import prose
from bench.result import Result
from bench.stage import Stage
from clonememoria.core.config import Settings
from clonememoria.providers.catalog import Providers
from clonememoria.providers.embeddings.local import by_length, cores
from clonememoria.providers.embeddings.minilm import MiniLM

ROUNDS: Final = 15
TEXTS: Final = 64
CHUNK_CHARACTERS: Final = 1_000
QUESTION_CHARACTERS: Final = 60
TARGET_SHARE: Final = 0.9
TARGET_LAG_MS: Final = 50.0


async def measure(_stage: Stage) -> AsyncIterator[Result]:
    providers = Providers(Settings(_env_file=None, embeddings_default_provider="local"))
    local = providers.embeddings("local")
    bare = _bare(MiniLM())
    kinds = {"chunks": _texts(CHUNK_CHARACTERS), "questions": _texts(QUESTION_CHARACTERS)}
    async with measured_lag() as lag:
        for what, texts in kinds.items():
            rounds = []
            for _ in range(ROUNDS):
                bare_s = await asyncio.to_thread(bare, texts)
                started = time.perf_counter()
                await local.embed(texts, model=local.default_model)
                rounds.append((bare_s, time.perf_counter() - started))
            yield _result(what, rounds)
    await providers.aclose()
    yield Result(
        what="local embeddings, the event loop meanwhile",
        bare="",
        ours="",
        figure=f"{lag.worst_s * 1000:.1f} ms",
        target=f"≤ {TARGET_LAG_MS:.0f} ms",
        is_met=lag.worst_s * 1000 <= TARGET_LAG_MS,
    )


def _texts(characters: int) -> list[str]:
    """From half to one and a half times as long."""
    text = prose(characters * 2 * TEXTS, seed=1)
    lengths = [characters // 2 + characters * n // TEXTS for n in range(TEXTS)]
    return [text[characters * 2 * n :][:length] for n, length in enumerate(lengths)]


def _bare(minilm: MiniLM) -> Callable[[Sequence[str]], float]:
    """Return the seconds that the model alone needs for these texts."""
    pool = ThreadPoolExecutor(cores())

    def run(texts: Sequence[str]) -> float:
        tokens = minilm.tokens(texts)
        batches = [[tokens[i] for i in batch] for batch in by_length(tokens)]
        started = time.perf_counter()
        list(pool.map(minilm.vectors, batches))
        return time.perf_counter() - started

    return run


def _result(what: str, rounds: Sequence[tuple[float, float]]) -> Result:
    bare_s, ours_s = (median(side) for side in zip(*rounds, strict=True))
    share = bare_s / ours_s
    return Result(
        what=f"local embeddings, {what}",
        bare=f"{TEXTS / bare_s:,.0f}/s",
        ours=f"{TEXTS / ours_s:,.0f}/s",
        figure=f"{share:.0%}",
        target=f"≥ {TARGET_SHARE:.0%}",
        is_met=share >= TARGET_SHARE,
    )
