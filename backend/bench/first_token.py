"""Time to the first token, at one stream: what a whole turn adds to a bare relay."""

from collections.abc import AsyncIterator
from statistics import median
from typing import Final

from bench.result import Result
from bench.stage import Stage, library
from bench.streams import StreamReader

ROUNDS: Final = 60
WARM_UP_ROUNDS: Final = 5
MODEL: Final = "fake-ttft50-gap1-n10"
TARGET_MS: Final = 25.0
# A person's documents, a shelf of books, and the size at which retrieval is measured.
LIBRARIES: Final = (100, 1_000, 10_000)


async def measure(stage: Stage) -> AsyncIterator[Result]:
    for chunks in LIBRARIES:
        yield await _measure(stage, chunks)


async def _measure(stage: Stage, chunks: int) -> Result:
    relay = StreamReader(stage.relayed(MODEL))
    product = StreamReader(await stage.answered(await library(stage, chunks), MODEL))
    rounds = [
        ((await relay.read()).first_token_s * 1000, (await product.read()).first_token_s * 1000)
        for _ in range(WARM_UP_ROUNDS + ROUNDS)
    ][WARM_UP_ROUNDS:]
    bare_ms, ours_ms = (median(side) for side in zip(*rounds, strict=True))
    relay.close()
    product.close()
    return Result(
        what=f"first token, clone of {chunks:,} chunks",
        bare=f"{bare_ms:.1f} ms",
        ours=f"{ours_ms:.1f} ms",
        figure=f"+{ours_ms - bare_ms:.1f} ms",
        target=f"≤ +{TARGET_MS:.0f} ms",
        is_met=ours_ms - bare_ms <= TARGET_MS,
    )
