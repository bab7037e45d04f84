"""The child process that parses one document: limits first, then stdin to stdout, then the end."""

import os
import resource
import sys

import msgspec

from clonememoria.core.errors import DocumentUnreadable
from clonememoria.knowledge import parsers
from clonememoria.knowledge.parsers.document import ParsedDocument

EXIT_OUT_OF_MEMORY = 3


class Parsed(msgspec.Struct, frozen=True, tag="parsed"):
    document: ParsedDocument


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """`code` names the subclass of DocumentUnreadable that the parser raised."""

    code: str
    detail: str


Answer = Parsed | Refused


def main(kind: str, memory_bytes: int, cpu_s: int) -> None:
    _limit(memory_bytes, cpu_s)
    try:
        answer = _answer(kind, sys.stdin.buffer.read())
        sys.stdout.buffer.write(msgspec.msgpack.encode(answer))
        sys.stdout.buffer.flush()
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)
    # xberg's threads may abort an interpreter that shuts down in order.
    os._exit(0)


def _limit(memory_bytes: int, cpu_s: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _answer(kind: str, data: bytes) -> Answer:
    try:
        return Parsed(parsers.parse(kind, data))
    except DocumentUnreadable as error:
        return Refused(error.code, error.detail)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
