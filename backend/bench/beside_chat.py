"""Ten documents are read while somebody chats: how long the event loop is held, and who waits.

The chat is with another clone. One client asks for whole answers, another for streams, each ten
times a second, or as soon as it has the answer before.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Final

from bench.processes import SERVE_WATCHED
from bench.prose import prose
from bench.real_documents import path_of
from bench.result import Result
from bench.stage import Stage, library, running_stage
from bench.streams import Source, StreamReader
from bench.watched_server import PATH

LIBRARY_CHUNKS: Final = 1_000
INTERVAL_S: Final = 0.1
QUIET_S: Final = 8.0
WARM_UP_S: Final = 2.0
TEXTS: Final = 5
TEXT_CHARACTERS: Final = 2_000_000
# Of what there is beside the checkout, or of the tests' documents.
REAL: Final = (
    ("pdf_freeculture_book.pdf", "pdf_korean_tables.pdf"),
    ("pdf_geotopo_german_book.pdf", "pdf_rtl_01.pdf"),
    ("docx_textbox.docx", "docx_textbox.docx"),
    ("html_chinese_3mb.html", "html_arabic_misleading_charset.html"),
    ("xlsx_inflated.xlsx", "docx_headers_numbered.docx"),
)
ASKED: Final = {"content": "What did people find in the water?"}
TARGET_LAG_MS: Final = 50.0
TARGET_RATIO: Final = 2.0


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds for each question: to the whole answer, and to the first token of a stream."""

    answers_s: list[float] = field(default_factory=list)
    first_tokens_s: list[float] = field(default_factory=list)


async def measure(_stage: Stage) -> AsyncIterator[Result]:
    async with running_stage(command=SERVE_WATCHED) as stage:
        chat = await _chat(stage)
        files = _files()
        quiet, busy = Waited(), Waited()
        await _ask_for(chat, WARM_UP_S, Waited())
        await _ask_for(chat, QUIET_S, quiet)
        await _lag_s(stage)
        clone_id = await stage.new_clone("Ten documents")
        await _ask_beside(chat, stage.ingest(clone_id, files), busy)
        lag_ms = await _lag_s(stage) * 1000
        await _ask_for(chat, QUIET_S, quiet)
    yield Result(
        what="event loop held while ten documents are read",
        bare="",
        ours="at most",
        figure=f"{lag_ms:.0f} ms",
        target=f"≤ {TARGET_LAG_MS:.0f} ms",
        is_met=lag_ms <= TARGET_LAG_MS,
    )
    yield _compared("chat beside it, answer p95", quiet.answers_s, busy.answers_s)
    yield _compared("chat beside it, first token p95", quiet.first_tokens_s, busy.first_tokens_s)


@dataclass(frozen=True, slots=True)
class Chat:
    stage: Stage
    path: str

    async def answer_s(self) -> float:
        started = time.perf_counter()
        answer = await self.stage.http.post(self.path, json=ASKED)
        answer.raise_for_status()
        return time.perf_counter() - started

    async def first_token_s(self) -> float:
        stage = self.stage
        stream = StreamReader(Source(stage.server, f"{self.path}/stream", ASKED, stage.token))
        streamed = await stream.read()
        stream.close()
        return streamed.first_token_s


async def _chat(stage: Stage) -> Chat:
    clone_id = await library(stage, LIBRARY_CHUNKS)
    settings = {"llm_provider": "dummy"}
    answer = await stage.http.patch(f"/api/clones/{clone_id}/settings", json=settings)
    answer.raise_for_status()
    return Chat(stage, f"/api/chat/{clone_id}")


async def _ask_for(chat: Chat, seconds: float, waited: Waited) -> None:
    await _ask_beside(chat, asyncio.sleep(seconds), waited)


async def _ask_beside(chat: Chat, work: Coroutine[None, None, object], waited: Waited) -> None:
    working = asyncio.create_task(work)
    await asyncio.gather(
        _ask(chat.answer_s, waited.answers_s, working),
        _ask(chat.first_token_s, waited.first_tokens_s, working),
        working,
    )


async def _ask(
    ask: Callable[[], Awaitable[float]], waited_s: list[float], working: asyncio.Task[object]
) -> None:
    while not working.done():
        waited_s.append(await ask())
        await asyncio.wait({working}, timeout=max(0.0, INTERVAL_S - waited_s[-1]))


async def _lag_s(stage: Stage) -> float:
    return float((await stage.http.get(PATH)).raise_for_status().text)


def _files() -> Mapping[str, bytes]:
    written = {f"text-{n}.txt": prose(TEXT_CHARACTERS, seed=100 + n).encode() for n in range(TEXTS)}
    found = [next(filter(Path.exists, map(path_of, names))) for names in REAL]
    return written | {f"{n}-{file.name}": file.read_bytes() for n, file in enumerate(found)}


def _compared(what: str, quiet_s: list[float], busy_s: list[float]) -> Result:
    quiet_ms, busy_ms = (quantiles(side, n=20)[-1] * 1000 for side in (quiet_s, busy_s))
    ratio = busy_ms / quiet_ms
    return Result(
        what=what,
        bare=f"{quiet_ms:.1f} ms",
        ours=f"{busy_ms:.1f} ms of {len(busy_s)}",
        figure=f"{ratio:.2f} ×",
        target=f"≤ {TARGET_RATIO:.0f} ×",
        is_met=ratio <= TARGET_RATIO,
    )
