"""Parsing leaves the server unharmed: limits, crashes and cancellation end one child alone."""

import asyncio
import io
import time
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryFile

import psutil
import pytest

from clonememoria.core.errors import DocumentEncrypted, DocumentTooLarge, DocumentUnreadable
from clonememoria.knowledge.filetype import detect
from clonememoria.knowledge.parsing import (
    DEFAULT_LIMITS,
    THREAD_MAX_BYTES,
    Limits,
    Reader,
    Subject,
)
from tests.fixtures.builders import build_docx, build_pdf
from tests.reading import parse

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
SLOW_PAGE = b"<div><p>word</p>" * 600_000


@pytest.mark.parametrize(
    ("data", "filename", "needle"),
    [
        (b"A short note.", "note.txt", "short note"),
        (b"A long text. " * 30_000, "book.txt", "long text"),
        (b"# A title", "note.md", "# A title"),
        (b"<html><body><p>A page.</p>", "page.html", "A page."),
        (build_pdf(["A page."]), "book.pdf", "A page."),
        (build_docx(), "letter.docx", "within 14 days"),
    ],
)
async def test_each_kind_is_parsed_away_from_the_server(
    data: bytes, filename: str, needle: str
) -> None:
    document = await parse(data, kind=detect(io.BytesIO(data), filename).kind)
    assert needle in document.text


async def test_a_refusal_in_the_child_reaches_the_caller_as_it_was() -> None:
    data = (DOCUMENTS / "pdf_libreoffice_password.pdf").read_bytes()
    with pytest.raises(DocumentEncrypted, match="This PDF is protected by a password"):
        await parse(data, kind="pdf")


async def test_large_documents_pass_both_ways_without_blocking_the_loop() -> None:
    data = b"Some words in a line.\n" * 400_000
    longest_s = 0.0

    async def watch() -> None:
        nonlocal longest_s
        while True:
            start = time.perf_counter()
            await asyncio.sleep(0.001)
            longest_s = max(longest_s, time.perf_counter() - start)

    watcher = asyncio.create_task(watch())
    document = await parse(data, kind="txt")
    watcher.cancel()
    assert len(document.text) == len(data) > THREAD_MAX_BYTES
    assert longest_s < 0.5


def children() -> list[psutil.Process]:
    """The parsers that run now, not the other processes of a test run."""
    return [
        child
        for child in psutil.Process().children()
        if any("parsing_child" in part for part in child.cmdline())
    ]


async def test_a_document_that_takes_too_long_is_stopped() -> None:
    limits = Limits(wall_s=0.3)
    with pytest.raises(DocumentUnreadable, match="takes too long"):
        await parse(SLOW_PAGE, kind="html", limits=limits)
    assert not children()


async def test_a_document_that_burns_the_processor_is_stopped() -> None:
    with pytest.raises(DocumentUnreadable, match="takes too long"):
        await parse(SLOW_PAGE, kind="html", limits=Limits(cpu_s=1))


async def test_a_document_that_eats_the_memory_is_stopped() -> None:
    limits = Limits(memory_bytes=100_000_000)
    with pytest.raises(DocumentTooLarge, match="too much memory"):
        await parse(b"x\n" * 30_000_000, kind="md", limits=limits)


async def test_a_reader_that_crashes_is_reported_as_a_damaged_document() -> None:
    with pytest.raises(DocumentUnreadable, match="reader crash"):
        await parse(b"%PDF-", kind="no_such_parser")  # type: ignore[arg-type]  # crashes the child


def open_files() -> list[str]:
    return [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]


async def test_whenever_a_reading_is_cancelled_its_child_ends_and_nothing_stays_open(
    tmp_path: Path,
) -> None:
    async def read(data: bytes, within_s: float) -> None:
        with TemporaryFile() as file:
            file.write(data)
            subject = Subject(file, len(data), "html", "")
            async with asyncio.timeout(within_s), reader.reading(subject) as frames:
                # Large: no folder that may be in memory is the place for it.
                assert any(str(tmp_path) in path for path in open_files())
                assert [frame async for frame in frames]

    async with aclosing(Reader(tmp_path)) as reader:
        await read(b"<p>A short page.</p>", 20)
        (server,) = children()
        await asyncio.sleep(0.1)
        open_before = len(open_files())
        for step in range(20):
            with pytest.raises(TimeoutError):
                await read(SLOW_PAGE, step / 2_000)
        await asyncio.sleep(0.1)
        assert len(open_files()) == open_before
        assert not server.children()
        await read(b"<p>A short page.</p>", 20)


async def test_cancelling_ends_the_child() -> None:
    task = asyncio.create_task(parse(SLOW_PAGE, kind="html", limits=DEFAULT_LIMITS))
    await asyncio.sleep(0.4)
    assert children()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not children()
