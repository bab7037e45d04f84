"""Rows as Markdown tables that are short enough to stay whole in a chunk, each with its header."""

from collections.abc import Iterable, Iterator, Sequence

from clonememoria.knowledge.cutting import capacity_for

MAX_TABLE_ROWS = 40


def tables_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield tables, and each row that is too long for one as lines of `column: value`."""
    head = f"{_line(header)}\n|{' --- |' * len(header)}"
    lines: list[str] = []
    room = 0
    for row in rows:
        cells = [*row, *[""] * (len(header) - len(row))]
        line = _line(cells)
        capacity = capacity_for(line)
        is_long = len(head) + len(line) >= capacity
        if lines and (is_long or len(line) >= room or len(lines) == MAX_TABLE_ROWS):
            yield "\n".join([head, *lines])
            lines = []
        if is_long:
            yield _record(header, cells)
            continue
        room = (room if lines else capacity - len(head)) - len(line) - 1
        lines.append(line)
    if lines or not room:
        yield "\n".join([head, *lines])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


def _record(header: Sequence[str], cells: Sequence[str]) -> str:
    names = [*header, *[""] * (len(cells) - len(header))]
    return "\n".join(
        f"{name.strip()}: {cell.strip()}" if name.strip() else cell.strip()
        for name, cell in zip(names, cells, strict=True)
        if cell.strip()
    )
