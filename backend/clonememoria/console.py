"""`clonememoria import` as somebody sees it: bars in a terminal, a line for each file elsewhere."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from clonememoria.accounts.budgets import Budgets
from clonememoria.app import Workshop, open_workshop
from clonememoria.core.config import Settings
from clonememoria.core.errors import DatabaseUnavailable
from clonememoria.knowledge.dependencies import Payer
from clonememoria.knowledge.folder import list_folder
from clonememoria.knowledge.importing import (
    Destination,
    Fate,
    FolderImport,
    Outcome,
    UnknownClone,
    named_clone,
)
from clonememoria.knowledge.schemas import Visibility
from clonememoria.models import Clone

ALL_WELL: Final = 0
SOME_FAILED: Final = 1
WRONG_ARGUMENT: Final = 2
STOPPED: Final = "Stopped. What was added stays, and is processed where a server or worker runs."
LOST: Final = "The database went away. What was added stays; the same command goes on from there."
COLUMNS: Final = (
    TextColumn("{task.description:<10}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeRemainingColumn(),
)
# In the order of the table at the end.
AFTER_IMPORT: Final[Mapping[Fate, str]] = {
    "completed": "added",
    "added": "added, not processed yet",
    "skipped": "skipped (already there)",
    "failed": "failed",
}
AFTER_REHEARSAL: Final[Mapping[Fate, str]] = {
    "added": "would be added",
    "skipped": "would be skipped (already there)",
    "failed": "would fail",
}


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """`clone` is a slug or an id; a rehearsal changes nothing."""

    folder: Path
    clone: str
    pattern: str
    visibility: Visibility
    is_rehearsal: bool


async def carry_out(order: ImportOrder, settings: Settings) -> int:
    """Return the exit code."""
    if not order.folder.is_dir():
        return _refuse(f"There is no folder {order.folder}")
    async with open_workshop(settings) as workshop:
        try:
            clone = await named_clone(workshop.database, order.clone)
        except UnknownClone as error:
            return _refuse(str(error))
        return await _import(order, clone, workshop)


def _refuse(reason: str) -> int:
    Console(stderr=True).print(Text(reason), soft_wrap=True)
    return WRONG_ARGUMENT


async def _import(order: ImportOrder, clone: Clone, workshop: Workshop) -> int:
    listing = await asyncio.to_thread(list_folder, order.folder, pattern=order.pattern)
    console = Console(highlight=False)
    report = ImportReport(console, total=len(listing.files), is_rehearsal=order.is_rehearsal)
    report.note(f"{order.folder}: {len(listing.files)} files for “{clone.name}” ({clone.slug})")
    for path, reason in sorted(listing.left_out.items()):
        report.leave_out(path, reason)
    if listing.unmatched:
        report.note(f"left out  {listing.unmatched} files that are not {order.pattern}")
    settings = workshop.settings
    payer = Payer(clone, workshop.database, workshop.providers.prices, Budgets.in_dollars(settings))
    importing = FolderImport(
        order.folder,
        Destination(payer, order.visibility, settings.max_upload_mb * 1024 * 1024),
        listener=report,
        hire=workshop.running_worker,
    )
    work = importing.rehearse if order.is_rehearsal else importing.run
    with report:
        try:
            await work(listing.files)
        except DatabaseUnavailable:
            report.note(LOST)
            return SOME_FAILED
    return SOME_FAILED if report.has_failures else ALL_WELL


class ImportReport:
    """Counts the latest outcome of each file."""

    def __init__(self, console: Console, *, total: int, is_rehearsal: bool) -> None:
        self._console = console
        self._labels = AFTER_REHEARSAL if is_rehearsal else AFTER_IMPORT
        self._outcomes: dict[Path, Outcome] = {}
        self._bars = Progress(*COLUMNS, console=console, disable=not console.is_terminal)
        self._adding = self._bars.add_task("Checking" if is_rehearsal else "Adding", total=total)
        self._processing = self._bars.add_task("Processing", total=0, visible=not is_rehearsal)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._bars.stop()
        if kind is asyncio.CancelledError:
            self.note(STOPPED)
        self._console.print(self._table())

    @property
    def has_failures(self) -> bool:
        return bool(self._with("failed"))

    def hear(self, outcome: Outcome) -> None:
        is_new = outcome.path not in self._outcomes
        self._outcomes[outcome.path] = outcome
        self._bars.advance(self._adding if is_new else self._processing)
        if outcome.fate == "added":
            added = self._bars.tasks[self._processing].total or 0
            self._bars.update(self._processing, total=added + 1)
        if not self._console.is_terminal:
            self.note(_line(outcome.fate, outcome.path, outcome.reason))

    def note(self, sentence: str) -> None:
        self._console.print(Text(sentence), soft_wrap=True)

    def leave_out(self, path: Path, reason: str) -> None:
        self.note(_line("left out", path, reason))

    def _with(self, fate: Fate) -> list[Outcome]:
        return [outcome for outcome in self._outcomes.values() if outcome.fate == fate]

    def _table(self) -> Table:
        table = Table("", "files", "remarks", box=SIMPLE_HEAD)
        for fate, label in self._labels.items():
            outcomes = self._with(fate)
            remarks = [
                _line("", outcome.path, outcome.reason)
                for outcome in outcomes
                if outcome.reason and fate != "skipped"
            ]
            table.add_row(label, str(len(outcomes)), Text("\n".join(remarks)))
        return table


def _line(start: str, path: Path, reason: str) -> str:
    # A name may hold what a terminal obeys, and bytes that are no text.
    name = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(path))
    return f"{start:<9} {name}{': ' if reason else ''}{reason}".strip()
