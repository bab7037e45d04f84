"""The processes that read documents: a small server that forks a child with limits for each.

A fork of what is loaded already takes milliseconds, a new interpreter with its libraries a tenth
of a second and more. The server reads no document itself. See docs/adr/0004.
"""

import os
import resource
import selectors
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Final, NoReturn

import msgspec

from clonememoria.core.disk import append
from clonememoria.core.errors import DiskFull, DocumentUnreadable
from clonememoria.knowledge import parsers, readout
from clonememoria.knowledge.readout import Reading

EXIT_OUT_OF_MEMORY: Final = 3
EXIT_DISK_FULL: Final = 4
# Of what is written for the parent: a text, its chunks and their words.
MAX_SPOOL_BYTES: Final = 8_000_000_000
# One message fits into what a pipe takes at once: those of two writers cannot mix.
MAX_MESSAGE_BYTES: Final = 2_000
LENGTH: Final = struct.Struct("<H")
NICENESS: Final = 10
# The answer to a request.
PID: Final = struct.Struct("<i")


class Request(msgspec.Struct, frozen=True):
    """Comes with three descriptors: the document, the spool to fill, the pipe to tell."""

    kind: str
    title: str
    memory_bytes: int
    cpu_s: int


class Spooled(msgspec.Struct, frozen=True, tag="spooled"):
    """One more frame is in the spool."""

    offset: int
    size: int


class Counted(msgspec.Struct, frozen=True, tag="counted"):
    """All is cut, into so many chunks."""

    chunks: int


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """`code` names the subclass of DocumentUnreadable that the parser raised."""

    code: str
    detail: str


class Exited(msgspec.Struct, frozen=True, tag="exited"):
    """The last word, by the server: 0, an exit code, or minus the signal that ended the child."""

    code: int


Message = Spooled | Counted | Refused | Exited


def serve(control: socket.socket) -> None:
    """Until the other end of `control` closes, be it by the death of its owner."""
    # Documents are in no hurry where somebody waits for an answer.
    os.nice(NICENESS)
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, int] = {}
    try:
        _serve(control, woken, children)
    finally:
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _serve(control: socket.socket, woken: int, children: dict[int, int]) -> None:
    """`children` are the pipes of those that are alive."""
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if woken in ready:
                os.read(woken, 4096)
                _bury(children)
            if control in ready and not _take(control, children):
                break


def _take(control: socket.socket, children: dict[int, int]) -> bool:
    data, descriptors, _, _ = socket.recv_fds(control, 64 * 1024, 3)
    if not data:
        return False
    request = msgspec.msgpack.decode(data, type=Request)
    document, spool, pipe = descriptors
    # A format that nobody can load is the child's to report.
    with suppress(ImportError):
        import_module(f"{parsers.__name__}.{request.kind}")
    pid = os.fork()
    if not pid:
        others = [control.fileno(), *children.values()]
        _work(request, document, spool, pipe=pipe, others=others)
    os.close(document)
    os.close(spool)
    children[pid] = pipe
    control.send(PID.pack(pid))
    return True


def _bury(children: dict[int, int]) -> None:
    for pid in list(children):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            pipe = children.pop(pid)
            _tell(pipe, Exited(os.waitstatus_to_exitcode(status)))
            os.close(pipe)


def _tell(pipe: int, message: Message) -> None:
    encoded = msgspec.msgpack.encode(message)
    with suppress(BrokenPipeError):
        os.write(pipe, LENGTH.pack(len(encoded)) + encoded)


def _work(
    request: Request, document: int, spool: int, *, pipe: int, others: Sequence[int]
) -> NoReturn:
    """In the child: limits first, then the document, then the end, whatever happens."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Nobody listens any more.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    code = 1
    try:
        # Or the end of another child, or of the server, would not be seen before that of this one.
        for other in others:
            os.close(other)
        os.setsid()
        _limit(request.memory_bytes, request.cpu_s)
        _read(request, document, spool, pipe=pipe)
        code = 0
    except MemoryError:
        code = EXIT_OUT_OF_MEMORY
    except DiskFull:
        code = EXIT_DISK_FULL
    except Exception as error:  # noqa: BLE001 - whatever it is, it ends here
        # Its text may quote the document.
        where = "".join(traceback.format_tb(error.__traceback__))
        sys.stderr.write(f"{type(error).__name__}\n{where}")
    finally:
        # xberg's threads may abort an interpreter that shuts down in order.
        os._exit(code)


def _limit(memory_bytes: int, cpu_s: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_SPOOL_BYTES, MAX_SPOOL_BYTES))


def _read(request: Request, document: int, spool: int, *, pipe: int) -> None:
    offset = 0
    try:
        with os.fdopen(document, "rb") as file, os.fdopen(spool, "wb") as frames:
            for frame in readout.read(file, kind=request.kind, title=request.title):
                encoded = msgspec.msgpack.encode(frame)
                append(frames, encoded)
                _tell(pipe, Spooled(offset, len(encoded)))
                offset += len(encoded)
                if isinstance(frame, Reading):
                    _tell(pipe, Counted(frame.chunk_count))
    except DocumentUnreadable as error:
        _tell(pipe, Refused(error.code, error.detail[: MAX_MESSAGE_BYTES // 4]))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
