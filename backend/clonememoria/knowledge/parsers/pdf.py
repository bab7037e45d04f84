"""PDF through PDFium: the text of each page in reading order; no images, no OCR."""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import groupby
from typing import BinaryIO, Final, Literal, NamedTuple

from pypdfium2 import (  # type: ignore[import-untyped]  # has no types
    PdfDocument,
    PdfiumError,
    PdfPage,
    PdfTextPage,
)
from pypdfium2.raw import (  # type: ignore[import-untyped]  # has no types
    FLAT_NORMALDISPLAY,
    FORMTYPE_NONE,
    FPDF_ERR_PASSWORD,
    FPDF_ERR_SECURITY,
    FPDF_PAGEOBJ_FORM,
    FPDF_PAGEOBJ_IMAGE,
    FPDFPage_CountObjects,
    FPDFPage_Flatten,
    FPDFPage_GetObject,
    FPDFPageObj_GetType,
)

from clonememoria.core.errors import DocumentCorrupt, DocumentEncrypted, DocumentHasNoText
from clonememoria.knowledge.parsers.document import (
    PAGE_BREAK,
    ParsedDocument,
    clean,
    clean_title,
    join_pages,
)
from clonememoria.knowledge.parsers.pdf_glyphs import deciphered, is_gibberish
from clonememoria.knowledge.parsers.pdf_order import in_order
from clonememoria.knowledge.parsers.pdf_outline import Outline
from clonememoria.knowledge.parsers.pdf_repair import is_cut_off, page_count_of, repair

FEW_PAGES: Final = 16
MAX_RUNS_NAMED: Final = 10
# Lines and frames of a page that is blank otherwise.
MAX_ORNAMENTS: Final = 50

_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", "؟")
_OCR_ADVICE = "Run text recognition (OCR) on it and upload the result."
# PDFium's sign for a hyphen at the end of a line, the line end itself left out.
_HYPHEN_IN_COMPOUND = re.compile("\ufffe(?=[A-ZÄÖÜ0-9])")
# Programs write the name of the file they printed where a title belongs.
_NO_TITLE = re.compile(
    r"^(?:microsoft \w+ - |untitled|.*\.(?:docx?|pptx?|xlsx?|indd|qxd|dvi|tex|html?)$)",
    re.IGNORECASE,
)

_PICTURES = {FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_FORM}
_SENTENCES = {
    "damaged": "Damaged and left out: {pages}.",
    "undecodable": (
        "The text of {pages} cannot be decoded and was left out: the fonts do not say which "
        "letters they draw."
    ),
    "deciphered": (
        "The fonts of {pages} do not say which letters they draw; the text was deciphered and may "
        "have errors."
    ),
    "scanned": "Without a text layer, perhaps scanned: {pages}.",
}

State = Literal["read", "deciphered", "undecodable", "scanned", "blank", "damaged"]


class Page(NamedTuple):
    text: str
    state: State


class Loss(NamedTuple):
    """What is known of a file that is not whole: `page_count` is that it had, if it says so."""

    is_cut_off: bool
    page_count: int | None
    is_repaired: bool = False
    is_numbered: bool = True


def parts(file: BinaryIO) -> Iterator[ParsedDocument]:
    """A few pages each, so that the first can be worked on while the others are read."""
    pdf, loss = _open(file.read())
    with pdf:
        title, outline = _title(pdf), Outline(pdf)
        seen: list[Page] = []
        for pages in _groups(_pages(pdf)):
            seen.extend(Page(page.text[:1], page.state) for page in pages)
            is_last = len(seen) == len(pdf)
            text, spans = join_pages((page.text for page in pages), len(seen) - len(pages) + 1)
            if is_last and not any(page.text for page in seen):
                raise _no_text({page.state for page in seen}, loss)
            yield ParsedDocument(
                title=title,
                text=text if is_last else text + PAGE_BREAK,
                pages=spans,
                headings=outline.headings_of(text, spans),
                warnings=tuple(_warnings(seen, loss)) if is_last else (),
            )


def _groups(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """Cut where a sentence ends, if one does: what runs over to the next page is kept together."""
    group: list[Page] = []
    for page in pages:
        group.append(page)
        is_end = page.text.endswith(_SENTENCE_ENDS) and len(group) >= FEW_PAGES
        if is_end or len(group) >= 2 * FEW_PAGES:
            yield group
            group = []
    if group:
        yield group


def _open(data: bytes) -> tuple[PdfDocument, Loss | None]:
    try:
        pdf = PdfDocument(data)
    except PdfiumError as error:
        if error.err_code in {FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY}:
            raise DocumentEncrypted(
                "This PDF is protected by a password; remove the protection and upload it again."
            ) from error
        return _reopen(data)
    return pdf, Loss(True, page_count_of(data)) if is_cut_off(data) else None


def _reopen(data: bytes) -> tuple[PdfDocument, Loss]:
    repaired = repair(data)
    try:
        pdf = PdfDocument(repaired.data)
    except PdfiumError as error:
        raise DocumentCorrupt(
            "This PDF is damaged and cannot be opened; export or download it again."
        ) from error
    return pdf, Loss(
        is_cut_off(data), page_count_of(data), is_repaired=True, is_numbered=repaired.has_tree
    )


def _pages(pdf: PdfDocument) -> Iterator[Page]:
    has_form = pdf.get_formtype() != FORMTYPE_NONE
    for index in range(len(pdf)):
        try:
            if has_form:
                _flatten(pdf, index)
            page = pdf[index]
            text_page = page.get_textpage()
        except PdfiumError:
            yield Page("", "damaged")
            continue
        yield _read(page, text_page)
        text_page.close()
        page.close()


def _flatten(pdf: PdfDocument, index: int) -> None:
    """What was filled in becomes text of the page, which is to be loaded after that."""
    page = pdf[index]
    FPDFPage_Flatten(page, FLAT_NORMALDISPLAY)
    page.close()


def _read(page: PdfPage, text_page: PdfTextPage) -> Page:
    text = text_page.get_text_range()
    state: State = "read"
    if is_gibberish(text):
        plain = deciphered(text_page)
        text, state = (plain, "deciphered") if plain else ("", "undecodable")
    else:
        text = in_order(text_page, text)
    text = clean(_HYPHEN_IN_COMPOUND.sub("-", text)).strip()
    if not text and state == "read":
        state = "scanned" if _has_content(page) else "blank"
    return Page(text, state)


def _has_content(page: PdfPage) -> bool:
    """An image, or so many lines that they may be letters."""
    count = FPDFPage_CountObjects(page)
    kinds = (FPDFPageObj_GetType(FPDFPage_GetObject(page, n)) for n in range(count))
    return count > MAX_ORNAMENTS or any(kind in _PICTURES for kind in kinds)


def _title(pdf: PdfDocument) -> str | None:
    try:
        title = clean_title(pdf.get_metadata_value("Title"))
    except UnicodeDecodeError:
        return None
    return None if title and _NO_TITLE.match(title) else title


def _no_text(states: Set[State], loss: Loss | None) -> DocumentCorrupt | DocumentHasNoText:
    if states == {"damaged"}:
        return DocumentCorrupt("This PDF is damaged: none of its pages can be read.")
    if loss:
        return DocumentCorrupt("This PDF is cut off or damaged: no text is left of it.")
    if "undecodable" in states:
        return DocumentHasNoText(
            "The text of this PDF cannot be decoded: its fonts do not say which letters they draw. "
            + _OCR_ADVICE
        )
    if "scanned" in states:
        return DocumentHasNoText(
            f"This PDF has no text layer; it seems to be a scan. {_OCR_ADVICE}"
        )
    return DocumentHasNoText("This PDF has no text layer: its pages are empty.")


def _warnings(pages: Sequence[Page], loss: Loss | None) -> Iterator[str]:
    read = sum(bool(page.text) for page in pages)
    if loss and (loss.is_repaired or read < max(loss.page_count or 0, len(pages))):
        yield _what_is_left(read, loss)
    for state, sentence in _SENTENCES.items():
        numbers = [number for number, page in enumerate(pages, start=1) if page.state == state]
        if numbers:
            yield sentence.format(pages=_page_list(numbers))


def _what_is_left(read: int, loss: Loss) -> str:
    what = "cut off" if loss.is_cut_off else "damaged"
    share = f"{read} of {loss.page_count}" if loss.page_count else f"only {read}"
    doubt = "" if loss.is_numbered else "; their numbers may be wrong"
    return f"This PDF is {what}: {share} pages could be read{doubt}."


def _page_list(numbers: Sequence[int]) -> str:
    """As `pages 1-3, 7`; long ones are shortened."""
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), lambda place: place[1] - place[0])
    ]
    shown = [f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
    more = len(numbers) - sum(map(len, runs[:MAX_RUNS_NAMED]))
    return (
        ("page " if len(numbers) == 1 else "pages ")
        + ", ".join(shown[:MAX_RUNS_NAMED])
        + (f" and {more} more" if more else "")
    )
