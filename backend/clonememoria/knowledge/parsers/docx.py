"""Word documents through xberg: headings, lists, tables and text boxes as Markdown."""

import asyncio
import io
import zipfile

import xberg

from clonememoria.core.errors import DocumentCorrupt, DocumentTooLarge
from clonememoria.knowledge.parsers.document import ParsedDocument, clean, clean_title

MIME_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 100
# Small files of repeated markup pack far better than 100:1 and are harmless.
RATIO_FREE_BYTES = 20_000_000


def parse(data: bytes) -> ParsedDocument:
    _refuse_bombs(data)
    document = asyncio.run(_extract(data))
    return ParsedDocument(
        title=clean_title(document.metadata.title),
        text=clean(document.content),
    )


def _refuse_bombs(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _corrupt() from error
    is_dense = unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * len(data)
    if unpacked > MAX_UNPACKED_BYTES or is_dense:
        raise DocumentTooLarge(
            f"This document unpacks to {unpacked / 1e6:,.0f} MB, which is more than is accepted; "
            "split it into smaller ones."
        )


async def _extract(data: bytes) -> xberg.ExtractedDocument:
    source = xberg.ExtractInput(kind="bytes", bytes=data, mime_type=MIME_TYPE)
    config = xberg.ExtractionConfig(
        use_cache=False,
        disable_ocr=True,
        enable_quality_processing=False,
        output_format="markdown",
        security_limits=xberg.SecurityLimits(
            max_archive_size=MAX_UNPACKED_BYTES, max_content_size=MAX_UNPACKED_BYTES
        ),
    )
    try:
        result = await xberg.extract(source, config)
    # xberg raises bare RuntimeErrors whose only distinction is their text.
    except RuntimeError as error:
        if "limit exceeded" in str(error):
            raise DocumentTooLarge(
                "This document unpacks to far more than its size, which is not accepted."
            ) from error
        raise _corrupt() from error
    if not result.results:
        raise _corrupt()
    return result.results[0]


def _corrupt() -> DocumentCorrupt:
    return DocumentCorrupt(
        "This Word document is damaged and cannot be read; save it again and upload the copy."
    )
