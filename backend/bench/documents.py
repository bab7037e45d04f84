"""Real documents of all kinds, one after another: a table of what came of each, and how fast."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from rich.table import Table

from bench.memory_use import measured_memory
from bench.real_documents import Case, cases, contains
from bench.result import Result, print_table
from bench.stage import Json, Stage

FAILS_WITHIN_S: Final = 30.0
MEMORY_TARGET_MB: Final = 500.0
POLL_S: Final = 0.02
# Reading a document takes tens of milliseconds.
SAMPLE_INTERVAL_S: Final = 0.05
MESSAGE_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """`memory_mb` is the peak of the server and all its children together."""

    case: Case
    document: Json
    seconds: float
    memory_mb: float

    @property
    def is_as_expected(self) -> bool:
        if self.document["status"] == "completed":
            text = self.document["content"] or ""
            is_whole = all(contains(text, wanted) for wanted in self.case.must_contain)
            return is_whole and self.case.expected != "clear-error"
        is_clear = bool(self.document["error_message"]) and self.seconds <= FAILS_WITHIN_S
        return is_clear and self.case.expected != "ok"


async def measure(stage: Stage) -> AsyncIterator[Result]:
    clone_id = await stage.new_clone("Real documents")
    outcomes = [await _given(stage, clone_id, case) for case in cases()]
    _print(outcomes)
    expected = sum(outcome.is_as_expected for outcome in outcomes)
    yield Result(
        what="real documents as expected",
        bare="",
        ours=f"{sum(outcome.seconds for outcome in outcomes):.1f} s",
        figure=f"{expected} of {len(outcomes)}",
        target="all",
        is_met=expected == len(outcomes),
    )
    memory_mb = max(outcome.memory_mb for outcome in outcomes)
    yield Result(
        what="memory with the largest of them",
        bare="",
        ours="server and children",
        figure=f"{memory_mb:.0f} MB",
        target=f"≤ {MEMORY_TARGET_MB:.0f} MB",
        is_met=memory_mb <= MEMORY_TARGET_MB,
    )


async def _given(stage: Stage, clone_id: UUID, case: Case) -> Outcome:
    async with measured_memory(stage.server.pid, interval_s=SAMPLE_INTERVAL_S) as memory:
        started = time.perf_counter()
        document = await _settled(stage, clone_id, case)
        seconds = time.perf_counter() - started
    return Outcome(case, document, seconds, memory.tree_mb)


async def _settled(stage: Stage, clone_id: UUID, case: Case) -> Json:
    """A file that is refused at the door fails as one that is refused later."""
    documents = f"/api/clones/{clone_id}/documents"
    form = [("files", (case.file, case.data))]
    answer = await stage.http.post(f"{documents}/upload", files=form)
    if answer.is_client_error:
        return {"status": "refused", "stage": "upload", "error_message": answer.json()["detail"]}
    document = answer.raise_for_status().json()[0]
    await stage.settled(clone_id, poll_s=POLL_S)
    return (await stage.http.get(f"{documents}/{document['id']}")).raise_for_status().json()


def _print(outcomes: Sequence[Outcome]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("document", no_wrap=True)
    table.add_column("expected", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    for column in ("s", "pages", "chunks", "MB"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("what its owner reads", no_wrap=True)
    for outcome in outcomes:
        table.add_row(*_row(outcome))
    print_table(table)


def _row(outcome: Outcome) -> Sequence[str]:
    document = outcome.document
    colour = "green" if outcome.is_as_expected else "red"
    is_over = document["status"] == "completed"
    return (
        outcome.case.file,
        outcome.case.expected,
        f"[{colour}]{document['status']}{'' if is_over else ' in ' + document['stage']}[/]",
        f"{outcome.seconds:.2f}",
        str(document.get("page_count") or ""),
        str(document.get("chunk_count") or ""),
        f"{outcome.memory_mb:.0f}",
        (document["error_message"] or "")[:MESSAGE_CHARACTERS],
    )
