"""What a measurement found, and how it is printed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

# Where the output is a file, rich takes 80 columns and cuts.
MIN_WIDTH: Final = 110


@dataclass(frozen=True, slots=True)
class Result:
    """`bare` and `ours` are the two sides in words; `figure` is compared with `target`."""

    what: str
    bare: str
    ours: str
    figure: str
    target: str
    is_met: bool


def print_results(results: Iterable[Result]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("measured", "bare", "ours", "", "target", ""):
        table.add_column(column, no_wrap=True)
    for result in results:
        verdict = "[green]met[/]" if result.is_met else "[red]missed[/]"
        table.add_row(result.what, result.bare, result.ours, result.figure, result.target, verdict)
    Console(width=max(Console().width, MIN_WIDTH)).print(table)
