"""A PDF of 600 pages from the upload until it can be asked, against its bare parse."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from statistics import median
from typing import Final

from bench.plugin import PROVIDER
from bench.processes import ROOT
from bench.prose import prose
from bench.real_documents import path_of
from bench.result import Result
from bench.stage import Stage
from tests.fixtures.builders import build_pdf

FILE: Final = "pdf_619_pages.pdf"
PAGES: Final = 619
PAGE_CHARACTERS: Final = 2_500
LINE_CHARACTERS: Final = 90
ROUNDS: Final = 5
TARGET_RATIO: Final = 1.3


async def measure(stage: Stage) -> AsyncIterator[Result]:
    file = path_of(FILE)
    data = file.read_bytes() if file.exists() else _made()
    for provider in (PROVIDER, "dummy"):
        rounds = [(*await _bare(data), await _ours(stage, data, provider)) for _ in range(ROUNDS)]
        process_s, parse_s, ours_s = (median(side) for side in zip(*rounds, strict=True))
        yield Result(
            what=f"PDF of {PAGES} pages, embedding: {provider}",
            bare=f"parse {parse_s:.2f} s, process {process_s:.2f} s",
            ours=f"ready in {ours_s:.2f} s",
            figure=f"{ours_s / parse_s:.2f} ×",
            target=f"≤ {TARGET_RATIO:.1f} ×",
            is_met=ours_s <= TARGET_RATIO * parse_s,
        )


async def _bare(data: bytes) -> tuple[float, float]:
    """Of the whole process, its imports included, and of the parse in it."""
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.bare_pdf"),
        env={"PYTHONPATH": str(ROOT / "backend")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate(data)
    return time.perf_counter() - started, float(printed)


async def _ours(stage: Stage, data: bytes, provider: str) -> float:
    clone_id = await stage.new_clone("Large PDF", embedding_provider=provider)
    return (await stage.ingest(clone_id, {FILE: data})).seconds


def _made() -> bytes:
    """Where the real one is not at hand."""
    text = prose(PAGES * PAGE_CHARACTERS, seed=1)
    return build_pdf([_page(text[PAGE_CHARACTERS * n :][:PAGE_CHARACTERS]) for n in range(PAGES)])


def _page(text: str) -> str:
    starts = range(0, len(text), LINE_CHARACTERS)
    return "\n".join(text[start : start + LINE_CHARACTERS] for start in starts)
