"""What a measurement found, and how it is printed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

# Where the output is a file, rich takes 80 columns and cuts.
MIN_WIDTH: Final = 160


@dataclass(frozen=True, slots=True)
class Result:
    """`bare` and `ours` are the two sides in words; `figure` is compared with `target`.

    One without a target says where the time of another goes.
    """

    what: str
    bare: str
    ours: str
    figure: str
    target: str = ""
    is_met: bool | None = None


_VERDICTS: Final = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}


def print_results(results: Iterable[Result]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("measured", "bare", "ours", "", "target", ""):
        table.add_column(column, no_wrap=True)
    for result in results:
        verdict = _VERDICTS[result.is_met]
        table.add_row(result.what, result.bare, result.ours, result.figure, result.target, verdict)
    print_table(table)


def print_table(table: Table) -> None:
    Console(width=max(Console().width, MIN_WIDTH)).print(table)
