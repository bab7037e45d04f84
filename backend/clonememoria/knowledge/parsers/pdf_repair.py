"""A new PDF of the whole objects of one that was cut off, and so lost the list of its objects."""

import io
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

# Streams of objects are some 100 kB; more is a bomb.
MAX_UNPACKED_BYTES: Final = 50_000_000

_OBJECT = re.compile(rb"(?<!\d)(\d{1,9})\s+\d{1,5}\s+obj\b")
_STREAM = re.compile(rb"stream\r?\n(?P<data>.*)endstream", re.DOTALL)
_KIND = re.compile(rb"/Type\s*/(\w+)")
_FIRST = re.compile(rb"/First\s+(\d+)")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)")
_REFERENCE = re.compile(rb"(\d+)\s+\d+\s+R\b")
# In the head of a file made for the web, and in the root of the tree of pages.
_COUNT_IN_HEAD = re.compile(rb"/Linearized\b[^<>]*?/N\s+(\d{1,6})\b")
_COUNT_IN_ROOT = re.compile(rb"/Count\s+(\d{1,6})\b")

Objects = dict[int, bytes]


class Repaired(NamedTuple):
    """`has_tree` if the file still said which page comes after which."""

    data: bytes
    has_tree: bool


def is_cut_off(data: bytes) -> bool:
    return b"%%EOF" not in data[-2048:]


def page_count_of(data: bytes) -> int | None:
    """How many pages the whole document had, where what is left of it says so."""
    in_head = _COUNT_IN_HEAD.search(data, 0, 2048)
    return int(in_head[1]) if in_head else _count_in_root(_objects(data))


def repair(data: bytes) -> Repaired:
    """The pages that are left, in the order of their tree or, where that is lost, of the file.

    Nothing for an encrypted file: its key was in what is missing.
    """
    objects = {} if b"/Encrypt" in data else _objects(data)
    has_tree = any(_kind(body) == b"Pages" for body in objects.values())
    return Repaired(_written(objects, _pages(objects)), has_tree)


def _count_in_root(objects: Objects) -> int | None:
    nodes = (_COUNT_IN_ROOT.search(body) for body in objects.values() if _kind(body) == b"Pages")
    return max((int(count[1]) for count in nodes if count), default=None)


def _objects(data: bytes) -> Objects:
    """What is complete, by number; of an object that was changed the last version."""
    objects: Objects = {}
    budget = MAX_UNPACKED_BYTES
    position = 0
    while start := _OBJECT.search(data, position):
        position = data.find(b"endobj", start.end())
        if position < 0:
            break
        body = data[start.end() : position].strip()
        if _kind(body) != b"ObjStm":
            objects[int(start[1])] = body
        elif budget > 0:
            unpacked = _unpacked(body, budget)
            budget -= len(unpacked)
            objects.update(_packed_objects(body, unpacked))
    return objects


def _kind(body: bytes) -> bytes:
    kind = _KIND.search(body, 0, body.find(b"stream") if b"stream" in body[:4096] else len(body))
    return kind[1] if kind else b""


def _unpacked(body: bytes, limit: int) -> bytes:
    stream = _STREAM.search(body)
    try:
        return zlib.decompressobj().decompress(stream["data"], limit) if stream else b""
    except zlib.error:
        return b""


def _packed_objects(body: bytes, unpacked: bytes) -> Iterator[tuple[int, bytes]]:
    """A stream of objects begins with pairs of a number and a place behind `First`."""
    first = _FIRST.search(body)
    if not first:
        return
    numbers = [int(word) for word in unpacked[: int(first[1])].split() if word.isdigit()]
    places = [int(first[1]) + place for place in numbers[1::2]]
    for number, start, end in zip(numbers[::2], places, [*places[1:], len(unpacked)], strict=False):
        yield number, unpacked[start:end]


def _pages(objects: Objects) -> list[int]:
    kinds = {number: _kind(body) for number, body in objects.items()}
    kids = {
        number: [int(kid) for kid in _REFERENCE.findall(found[1])]
        for number, kind in kinds.items()
        if kind == b"Pages" and (found := _KIDS.search(objects[number]))
    }
    inner = {kid for some in kids.values() for kid in some}
    order = dict.fromkeys(_leaves([node for node in kids if node not in inner], kids))
    order |= dict.fromkeys(kinds)
    return [number for number in order if kinds.get(number) == b"Page"]


def _leaves(roots: Sequence[int], kids: Mapping[int, Sequence[int]]) -> Iterator[int]:
    seen: set[int] = set()
    waiting = [*reversed(roots)]
    while waiting:
        number = waiting.pop()
        if number not in kids:
            yield number
        elif number not in seen:
            seen.add(number)
            waiting += reversed(kids[number])


def _written(objects: Objects, pages: Sequence[int]) -> bytes:
    tree = max(objects, default=0) + 1
    kids = b" ".join(b"%d 0 R" % page for page in pages)
    added = {
        tree: b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(pages), kids),
        tree + 1: b"<</Type/Catalog/Pages %d 0 R>>" % tree,
    }
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = {}
    for number, body in (objects | added).items():
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n")
    out.writelines(b"%d 1\n%010d 00000 n \n" % item for item in places.items())
    trailer = b"trailer<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF"
    out.write(trailer % (tree + 2, tree + 1, start))
    return out.getvalue()
