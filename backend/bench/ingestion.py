"""Plain text until it can be asked: through the API, the queue and the dummy embeddings."""

from collections.abc import AsyncIterator
from typing import Final

from bench.result import Result
from bench.stage import Stage

CHARACTERS: Final = 20_000_000
TARGET_PER_S: Final = 1_000


async def measure(stage: Stage) -> AsyncIterator[Result]:
    ingested = await stage.ingest(await stage.new_clone("Bulk"), CHARACTERS)
    per_s = ingested.chunks / ingested.seconds
    yield Result(
        what=f"ingestion of {CHARACTERS / 1e6:.0f} MB of text",
        bare="",
        ours=f"{ingested.chunks:,} chunks in {ingested.seconds:.1f} s",
        figure=f"{per_s:,.0f}/s",
        target=f"≥ {TARGET_PER_S:,}/s",
        is_met=per_s >= TARGET_PER_S,
    )
