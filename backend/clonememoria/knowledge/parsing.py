"""Parsing away from the server: one fresh child process per document, and what its end means."""

import asyncio
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

import clonememoria
from clonememoria.core.errors import DocumentTooLarge, DocumentUnreadable
from clonememoria.knowledge import parsers, parsing_child
from clonememoria.knowledge.filetype import Kind
from clonememoria.knowledge.parsers.document import ParsedDocument
from clonememoria.knowledge.parsing_child import EXIT_OUT_OF_MEMORY, Answer, Parsed

# Decoding calls no foreign code: this much takes 5 ms in a thread, where a child costs 100 ms.
THREAD_KINDS: frozenset[Kind] = frozenset({"txt", "md"})
THREAD_MAX_BYTES = 256_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one document; `memory_bytes` is address space: 0.3 GB for the libraries of Word alone."""

    memory_bytes: int = 1_000_000_000
    cpu_s: int = 30
    wall_s: float = 60.0


DEFAULT_LIMITS = Limits()

# The environment of the server holds keys; native thread pools reserve memory per core.
_CHILD_ENVIRONMENT = {
    "PYTHONPATH": str(Path(clonememoria.__file__).parents[1]),
    "PYTHONUTF8": "1",
    "MALLOC_ARENA_MAX": "2",
    "TOKIO_WORKER_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}

_REFUSALS: dict[str, type[DocumentUnreadable]] = {
    refusal.code: refusal for refusal in DocumentUnreadable.__subclasses__()
}


async def parse(data: bytes, *, kind: Kind, limits: Limits = DEFAULT_LIMITS) -> ParsedDocument:
    """Raise DocumentUnreadable, or a subclass, with a reason for the document's owner."""
    if kind in THREAD_KINDS and len(data) <= THREAD_MAX_BYTES:
        return await asyncio.to_thread(parsers.parse, kind, data)
    child = await _start(kind, limits)
    try:
        async with asyncio.timeout(limits.wall_s):
            output, errors = await child.communicate(data)
    except TimeoutError as error:
        raise _took_too_long() from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise _explain(kind, child.returncode, errors)
    return await asyncio.to_thread(_read, output)


async def _start(kind: Kind, limits: Limits) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", parsing_child.__name__),
        *(kind, str(limits.memory_bytes), str(limits.cpu_s)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_CHILD_ENVIRONMENT,
        start_new_session=True,
    )


def _read(output: bytes) -> ParsedDocument:
    answer = msgspec.msgpack.decode(output, type=Answer)
    if isinstance(answer, Parsed):
        return answer.document
    raise _REFUSALS.get(answer.code, DocumentUnreadable)(answer.detail)


def _explain(kind: Kind, exit_code: int, errors: bytes) -> DocumentUnreadable:
    # The last line of a traceback is "Class: text"; the text may quote the document.
    reason = errors.rpartition(b"\n")[0].rpartition(b"\n")[2].partition(b":")[0]
    log.warning(
        "parser_died", kind=kind, exit_code=exit_code, reason=reason[:100].decode(errors="replace")
    )
    if exit_code == -signal.SIGXCPU:
        return _took_too_long()
    # The kernel kills the greediest process when the machine has no memory left.
    if exit_code in {EXIT_OUT_OF_MEMORY, -signal.SIGKILL}:
        return DocumentTooLarge("Reading this document takes too much memory; split it.")
    return DocumentUnreadable("This document makes its reader crash; it is probably damaged.")


def _took_too_long() -> DocumentUnreadable:
    return DocumentUnreadable(
        "Reading this document takes too long; split it, or save it in a simpler format."
    )
