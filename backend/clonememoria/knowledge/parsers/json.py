"""JSON and JSON Lines as text: lines of `path: value`, each object of an array with a heading."""

import json
import re
from collections.abc import Iterator
from typing import Final

from clonememoria.knowledge.parsers.document import ParsedDocument, clean, clean_title
from clonememoria.knowledge.parsers.encoding import decode

Json = str | bool | None | list["Json"] | dict[str, "Json"]

# Of what a value stands in; without a limit one long key could fill gigabytes.
MAX_PATH_KEYS: Final = 3
MAX_KEY_CHARS: Final = 60
# Arrays of shorter values are one line.
MAX_INLINE_CHARS: Final = 60
MAX_HEADING_LEVEL: Final = 6

# What people call a record by, the best first.
_NAMES = ("title", "name", "label", "subject", "headline", "question")
_SPACE = re.compile(r"\s*")
# Numbers stay as they are written: 1.10, or 5,000 digits.
_DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)


def parse(data: bytes) -> ParsedDocument:
    text = clean(decode(data)).strip()
    try:
        values = list(_values(text))
        # JSON Lines, or values one after the other, are an array without its brackets.
        value = values[0] if len(values) == 1 else values
        blocks = "\n\n".join(_blocks(value))
    except json.JSONDecodeError as error:
        return _as_it_is(text, f"not valid JSON ({error.msg} in line {error.lineno})")
    except RecursionError:
        return _as_it_is(text, "nested too deeply")
    title = clean_title(_name_of(value)) if isinstance(value, dict) else None
    return ParsedDocument(title=title, text=clean(blocks), is_markdown=True)


def _values(text: str) -> Iterator[Json]:
    position = 0
    while position < len(text):
        value, end = _DECODER.raw_decode(text, position)
        yield value
        space = _SPACE.match(text, end)
        position = space.end() if space else end


def _as_it_is(text: str, what_is_wrong: str) -> ParsedDocument:
    warning = f"This file is {what_is_wrong}; it was read as plain text."
    return ParsedDocument(title=None, text=text, warnings=(warning,))


def _blocks(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _object(value, level=1)
    elif isinstance(value, list) and _holds_containers(value):
        yield from _array(value, level=1)
    else:
        yield _shown(value)


def _object(fields: dict[str, Json], *, level: int) -> Iterator[str]:
    """All that is simple first: what comes below a heading belongs to it."""
    lines: list[str] = []
    arrays: list[tuple[str, list[Json]]] = []
    for path, value in _leaves(fields, ()):
        if isinstance(value, list) and _holds_containers(value):
            arrays.append((path, value))
        elif shown := _shown(value):
            lines.append(f"{path}:{shown}" if shown.startswith("\n") else f"{path}: {shown}")
    if lines:
        yield "\n".join(lines)
    for path, items in arrays:
        yield _heading(path, level)
        yield from _array(items, level=level + 1)


def _array(items: list[Json], *, level: int) -> Iterator[str]:
    """A record needs a heading to end what is below the heading of the one before it."""
    has_headings = False
    for number, item in enumerate(items, start=1):
        if isinstance(item, dict):
            name = _name_of(item)
            blocks = list(_object(item, level=level + 1))
            has_headings = has_headings or bool(name) or len(blocks) > 1
            if has_headings and blocks:
                yield _heading(name or str(number), level)
            yield from blocks
        elif isinstance(item, list) and _holds_containers(item):
            yield from _array(item, level=level)
        elif shown := _shown(item):
            yield f"- {shown}"


def _leaves(fields: dict[str, Json], above: tuple[str, ...]) -> Iterator[tuple[str, Json]]:
    """Yield what is no object, with its path."""
    for key, value in fields.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, key[:MAX_KEY_CHARS])[-MAX_PATH_KEYS:])
        else:
            yield ".".join((*above, key)), value


def _holds_containers(items: list[Json]) -> bool:
    return any(isinstance(item, dict | list) for item in items)


def _name_of(fields: dict[str, Json]) -> str | None:
    names = (fields.get(key) for key in _NAMES)
    return next((name for name in names if isinstance(name, str) and name.strip()), None)


def _heading(title: str, level: int) -> str:
    return "#" * min(level, MAX_HEADING_LEVEL) + " " + " ".join(title.split())[:200]


def _shown(value: Json) -> str:
    """Nothing for null and what is empty; begins with a line end if it needs lines of its own."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            value = value.strip()
            return f"\n\n{value}\n" if "\n" in value else value
        case list():
            return _list([shown for item in value if (shown := _shown(item))])
        case _:
            return ""


def _list(items: list[str]) -> str:
    if all(len(item) <= MAX_INLINE_CHARS for item in items):
        return ", ".join(items)
    return "\n" + "\n".join(f"- {item}" for item in items)
