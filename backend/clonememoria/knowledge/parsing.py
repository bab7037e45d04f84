"""Reading documents away from the server: a child process for each, and what its end means."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final, Protocol, cast

import msgspec
import structlog

import clonememoria
from clonememoria.core.errors import AppError, DiskFull, DocumentTooLarge, DocumentUnreadable
from clonememoria.knowledge import parsing_child, readout
from clonememoria.knowledge.filetype import Kind
from clonememoria.knowledge.parsing_child import (
    EXIT_DISK_FULL,
    EXIT_OUT_OF_MEMORY,
    LENGTH,
    PID,
    Counted,
    Exited,
    Message,
    Refused,
    Request,
    Spooled,
)
from clonememoria.knowledge.readout import Batch, Frame

# Decoding calls no foreign code, and so little takes less than a child's start.
THREAD_KINDS: Final[frozenset[Kind]] = frozenset({"txt", "md"})
THREAD_MAX_BYTES: Final = 64_000

# A long text is honest work: 100 MB are cut in 15 s of a fast core. The limits are for so many:
USUAL_BYTES: Final = 10_000_000
CPU_S_PER_MB: Final = 0.3
MAX_CPU_S: Final = 60

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one document; `memory_bytes` is address space, of which the libraries reserve a part."""

    memory_bytes: int = 1_000_000_000
    cpu_s: int = 30
    wall_s: float = 60.0

    def cpu_s_for(self, size: int) -> int:
        more = max(0, size - USUAL_BYTES)
        return min(MAX_CPU_S, round(self.cpu_s + CPU_S_PER_MB * more / 1e6))

    def wall_s_for(self, size: int) -> float:
        return self.wall_s + 2 * (self.cpu_s_for(size) - self.cpu_s)


DEFAULT_LIMITS: Final = Limits()

# The environment of the server holds keys; native thread pools reserve memory per core.
_ENVIRONMENT: Final = {
    "PYTHONPATH": str(Path(clonememoria.__file__).parents[1]),
    "PYTHONUTF8": "1",
    "MALLOC_ARENA_MAX": "2",
    "TOKIO_WORKER_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}

_REFUSALS: Final[dict[str, type[DocumentUnreadable]]] = {
    refusal.code: refusal for refusal in DocumentUnreadable.__subclasses__()
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A document to read: its bytes from the start of `file`, and the title its owner gave it."""

    file: BinaryIO
    size: int
    kind: Kind
    title: str


class Frames(Protocol):
    """Of one document, in order; raise DocumentUnreadable with a reason for its owner."""

    @property
    def chunk_count(self) -> int | None:
        """Of all there will be; None until all is cut, which may be long before it is taken."""
        ...

    def __aiter__(self) -> AsyncIterator[Frame]: ...


class ReaderDied(RuntimeError):
    """The process that forks the children is gone: no fault of the document."""


class Reader:
    """Reads documents, each in a process of its own; the first one starts the server of these."""

    def __init__(self, folder: Path, limits: Limits = DEFAULT_LIMITS) -> None:
        self.folder = folder
        self._limits = limits
        self._starting = asyncio.Lock()
        self._server: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None

    @asynccontextmanager
    async def reading(self, subject: Subject) -> AsyncIterator["Frames"]:
        if subject.kind in THREAD_KINDS and subject.size <= THREAD_MAX_BYTES:
            yield await asyncio.to_thread(_WholeDocument, subject)
            return
        with TemporaryFile(dir=self.folder) as spool:
            starting = asyncio.create_task(self._start(subject, spool))
            wall_s = self._limits.wall_s_for(subject.size)
            child = _Child(subject.kind, spool, starting, wall_s=wall_s)
            try:
                yield child
            finally:
                await child.end()

    async def _start(self, subject: Subject, spool: BinaryIO) -> "_Started":
        """Not to be cancelled: its descriptors stay open until the server has them."""
        limits = self._limits
        request = msgspec.msgpack.encode(
            Request(
                subject.kind, subject.title, limits.memory_bytes, limits.cpu_s_for(subject.size)
            )
        )
        subject.file.seek(0)
        heard, tells = os.pipe()
        told, transport = await _connected(heard)
        descriptors = [subject.file.fileno(), spool.fileno(), tells]
        try:
            # One request at a time: two that arrive together would be read as one.
            async with self._starting:
                control = await self._served()
                pid = await asyncio.to_thread(_hand_over, control, request, descriptors)
        except OSError as error:
            transport.close()
            raise ReaderDied from error
        finally:
            os.close(tells)
        return _Started(pid, told, transport)

    async def _served(self) -> socket.socket:
        if self._control and self._server and self._server.returncode is None:
            return self._control
        await self.aclose()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._server = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", parsing_child.__name__, str(theirs.fileno())),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                env=_ENVIRONMENT,
                start_new_session=True,
            )
        return self._control

    async def aclose(self) -> None:
        """The server ends with its socket, and takes its children along."""
        if self._control:
            self._control.close()
            self._control = None
        if self._server:
            await self._server.wait()
            self._server = None


def _hand_over(control: socket.socket, request: bytes, descriptors: list[int]) -> int:
    """Return the id of the child's process."""
    socket.send_fds(control, [request], descriptors)
    answer = control.recv(PID.size, socket.MSG_WAITALL)
    if len(answer) < PID.size:
        raise ConnectionResetError
    (pid,) = PID.unpack(answer)
    return int(pid)


async def _connected(pipe: int) -> tuple[asyncio.StreamReader, asyncio.BaseTransport]:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb")
    )
    return reader, transport


@dataclass(frozen=True, slots=True)
class _Started:
    """A child, and on what it tells how it goes; `transport` is closed by whoever follows it."""

    pid: int
    told: asyncio.StreamReader
    transport: asyncio.BaseTransport


class _WholeDocument:
    def __init__(self, subject: Subject) -> None:
        self._frames = list(readout.read(subject.file, kind=subject.kind, title=subject.title))
        self.chunk_count = sum(len(f.contents) for f in self._frames if isinstance(f, Batch))

    async def __aiter__(self) -> AsyncIterator[Frame]:
        for frame in self._frames:
            yield frame


class _Child:
    """Follows one child while it reads; a slow taker of its frames costs the child no time."""

    chunk_count: int | None = None

    def __init__(
        self, kind: Kind, spool: BinaryIO, starting: asyncio.Task[_Started], *, wall_s: float
    ) -> None:
        self._kind = kind
        self._spool = spool
        self._starting = starting
        self._has_exited = False
        self._refusal: AppError | None = None
        self._spooled: asyncio.Queue[Spooled | None] = asyncio.Queue()
        self._following = asyncio.create_task(self._follow(wall_s))

    async def __aiter__(self) -> AsyncIterator[Frame]:
        while spooled := await self._spooled.get():
            yield await asyncio.to_thread(_frame, self._spool, spooled)
        # What went wrong, where something did.
        await self._following

    async def end(self) -> None:
        """A child that is not done yet works for nobody."""
        await asyncio.wait({self._starting})
        self._following.cancel()
        await asyncio.wait({self._following})
        if not self._starting.exception():
            self._starting.result().transport.close()
            self._kill()

    async def _follow(self, wall_s: float) -> None:
        try:
            started = await asyncio.shield(self._starting)
            async with asyncio.timeout(wall_s):
                await self._follow_to_the_end(started.told)
        except TimeoutError:
            self._kill()
            raise _took_too_long() from None
        finally:
            self._spooled.put_nowait(None)
        if self._refusal:
            raise self._refusal

    async def _follow_to_the_end(self, told: asyncio.StreamReader) -> None:
        while message := await _next_message(told):
            match message:
                case Spooled():
                    self._spooled.put_nowait(message)
                case Counted(chunks):
                    self.chunk_count = chunks
                case Refused(code, detail):
                    self._refusal = _REFUSALS.get(code, DocumentUnreadable)(detail)
                case Exited(code):
                    self._has_exited = True
                    self._refusal = self._refusal or _explain(self._kind, code)
                    return
        raise ReaderDied

    def _kill(self) -> None:
        if not self._has_exited:
            with suppress(ProcessLookupError):
                os.kill(self._starting.result().pid, signal.SIGKILL)


async def _next_message(told: asyncio.StreamReader) -> Message | None:
    """None at the end."""
    try:
        size = LENGTH.unpack(await told.readexactly(LENGTH.size))
        body = await told.readexactly(*size)
    except asyncio.IncompleteReadError:
        return None
    return cast(Message, msgspec.msgpack.decode(body, type=Message))


def _frame(spool: BinaryIO, spooled: Spooled) -> Frame:
    data = os.pread(spool.fileno(), spooled.size, spooled.offset)
    frame: Frame = msgspec.msgpack.decode(data, type=Frame)
    return frame


def _explain(kind: Kind, exit_code: int) -> AppError | None:
    if not exit_code:
        return None
    log.warning("parser_died", kind=kind, exit_code=exit_code)
    if exit_code == -signal.SIGXCPU:
        return _took_too_long()
    # The kernel kills the greediest process when the machine has no memory left.
    if exit_code in {EXIT_OUT_OF_MEMORY, -signal.SIGKILL}:
        return DocumentTooLarge("Reading this document takes too much memory; split it.")
    if exit_code == EXIT_DISK_FULL:
        return DiskFull()
    return DocumentUnreadable("This document makes its reader crash; it is probably damaged.")


def _took_too_long() -> DocumentUnreadable:
    return DocumentUnreadable(
        "Reading this document takes too long; split it, or save it in a simpler format."
    )
