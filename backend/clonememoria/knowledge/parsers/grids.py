"""Where the tables of a sheet begin and end: from cells at places to Markdown."""

import re
from collections.abc import Iterable, Iterator

from clonememoria.knowledge.parsers.tables import tables_of

# A row of a sheet: texts by column; empty cells are not in it.
Row = dict[int, str]

_VALUE = re.compile(r"[-+(]?[^\w\s]{0,2}\s?\d")


def blocks_of(rows: Iterable[tuple[int, Row]]) -> Iterator[str]:
    """Rows by number, in order: a blank row ends a table, unless values under it go on."""
    table: list[Row] = []
    last_number = 0
    for number, row in rows:
        if not row:
            continue
        if table and number > last_number + 1 and not _continues(table, row):
            yield from _table(table)
            table = []
        table.append(row)
        last_number = number
    yield from _table(table)


def _continues(table: list[Row], row: Row) -> bool:
    """No header: it holds values, and stays within the columns above it."""
    columns = table[-1].keys() if len(table) < 2 else table[0].keys() | table[-1].keys()
    has_values = any(map(_VALUE.match, row.values()))
    return has_values and len(row) > 1 and min(columns) <= min(row) and max(row) <= max(columns)


def _table(rows: list[Row]) -> Iterator[str]:
    columns = sorted(set().union(*rows))
    if len(columns) > 1:
        # A line over a table is about it, and not the name of its first column.
        while rows and len(rows[0]) == 1:
            yield from rows[0].values()
            rows = rows[1:]
    if len(columns) < 2 or len(rows) == 1:
        yield from (_line([row[column] for column in sorted(row)]) for row in rows)
        return
    columns = sorted(set().union(*rows))
    header, *others = ([row.get(column, "") for column in columns] for row in rows)
    yield from tables_of(header, others)


def _line(texts: list[str]) -> str:
    return (": " if len(texts) == 2 else " | ").join(texts)
