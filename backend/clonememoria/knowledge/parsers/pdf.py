"""PDF through PDFium: the text of each page in reading order; no images, no OCR."""

import re
from collections.abc import Iterator

from pypdfium2 import PdfDocument, PdfiumError  # type: ignore[import-untyped]  # has no types
from pypdfium2.raw import (  # type: ignore[import-untyped]  # has no types
    FPDF_ERR_PASSWORD,
    FPDF_ERR_SECURITY,
)

from clonememoria.core.errors import DocumentCorrupt, DocumentEncrypted, DocumentHasNoText
from clonememoria.knowledge.parsers.document import ParsedDocument, clean, clean_title, join_pages

# PDFium's sign for a hyphen at the end of a line, the line end itself left out.
_HYPHEN_IN_COMPOUND = re.compile("\ufffe(?=[A-ZÄÖÜ0-9])")
# Programs write the name of the file they printed where a title belongs.
_NO_TITLE = re.compile(
    r"^(?:microsoft \w+ - |untitled|.*\.(?:docx?|pptx?|xlsx?|indd|qxd|dvi|tex)$)", re.IGNORECASE
)


def parse(data: bytes) -> ParsedDocument:
    with _open(data) as pdf:
        pages: list[str] = []
        unreadable: list[int] = []
        for number, page in enumerate(_page_texts(pdf), start=1):
            pages.append(page or "")
            if page is None:
                unreadable.append(number)
        title = clean_title(pdf.get_metadata_value("Title"))
    if not any(pages):
        raise _no_text(len(pages), unreadable)
    text, spans = join_pages(pages)
    return ParsedDocument(
        title=None if title and _NO_TITLE.match(title) else title,
        text=text,
        pages=spans,
        warnings=_warnings(pages, unreadable),
    )


def _open(data: bytes) -> PdfDocument:
    try:
        return PdfDocument(data)
    except PdfiumError as error:
        if error.err_code in {FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY}:
            raise DocumentEncrypted(
                "This PDF is protected by a password; remove the protection and upload it again."
            ) from error
        raise DocumentCorrupt(
            "This PDF is damaged and cannot be opened; export or download it again."
        ) from error


def _page_texts(pdf: PdfDocument) -> Iterator[str | None]:
    """Yield the clean text of each page, None for one that is damaged."""
    for index in range(len(pdf)):
        try:
            page = pdf[index]
            text_page = page.get_textpage()
        except PdfiumError:
            yield None
            continue
        text = text_page.get_text_range()
        text_page.close()
        page.close()
        yield clean(_HYPHEN_IN_COMPOUND.sub("-", text)).strip()


def _no_text(page_count: int, unreadable: list[int]) -> DocumentCorrupt | DocumentHasNoText:
    if len(unreadable) == page_count:
        return DocumentCorrupt("This PDF is damaged: none of its pages can be read.")
    return DocumentHasNoText(
        "This PDF has no text layer; it seems to be a scan. "
        "Run text recognition (OCR) on it and upload the result."
    )


def _warnings(pages: list[str], unreadable: list[int]) -> tuple[str, ...]:
    blank = [n for n, page in enumerate(pages, start=1) if not page and n not in unreadable]
    found = []
    if unreadable:
        found.append(f"Damaged and left out: {_page_list(unreadable)}.")
    if len(blank) > 0.2 * len(pages):
        found.append(f"Without a text layer, perhaps scanned: {_page_list(blank)}.")
    return tuple(found)


def _page_list(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:10]))
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return f"{'page' if len(numbers) == 1 else 'pages'} {shown}{more}"
