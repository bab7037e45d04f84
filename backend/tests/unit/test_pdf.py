"""PDF: pages, headings from bookmarks, reading order, and what is said of files in bad shape."""

import re
from pathlib import Path

import pytest

from clonememoria.core.errors import DocumentCorrupt, DocumentHasNoText, DocumentUnreadable
from clonememoria.knowledge import parsers
from clonememoria.knowledge.chunking import chunk
from clonememoria.knowledge.parsers.document import ParsedDocument
from tests.fixtures.builders import build_pdf

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
TEN_PAGES = build_pdf([f"Text of page {number}, which is short." for number in range(1, 11)])


def read(name: str) -> bytes:
    return (DOCUMENTS / name).read_bytes()


def parse(name: str) -> ParsedDocument:
    return parsers.parse("pdf", read(name))


def page(document: ParsedDocument, number: int) -> str:
    span = document.pages[number - 1]
    return document.text[span.char_start : span.char_end]


def without_xref(data: bytes) -> bytes:
    return data[: data.index(b"xref\n")]


def test_bookmarks_are_headings_where_their_titles_stand() -> None:
    document = parse("pdf_bookmarks.pdf")
    lines = [document.text[mark.char_start :].split("\n", 1)[0] for mark in document.headings]
    assert len(lines) == 12
    assert lines[:3] == [
        "1 Chapter 1 title",
        "1.1 Section about topic 1",
        "1.2 Section about topic 2",
    ]
    assert [mark.level for mark in document.headings[:5]] == [1, 2, 2, 2, 1]


def test_a_chunk_of_a_pdf_knows_its_chapter_and_section() -> None:
    document = parse("pdf_bookmarks.pdf")
    chunks = list(chunk(document))
    last = next(piece for piece in chunks if "Continuation page" in piece.content)
    assert (last.page_number, last.heading_path) == (
        2,
        ("Chapter 1 title", "Section about topic 3"),
    )
    assert {piece.heading_path[0] for piece in chunks} == {f"Chapter {n} title" for n in (1, 2, 3)}


def test_a_pdf_without_a_user_password_opens() -> None:
    assert "Opens with an empty user password." in parse("pdf_empty_password.pdf").text


def test_what_was_filled_into_a_form_is_read() -> None:
    document = parse("pdf_form.pdf")
    assert "Filled Value Müller" in page(document, 1)
    assert page(document, 2) == "Second page"


def test_a_pdf_scanned_in_part_names_the_pages_without_text() -> None:
    document = parse("pdf_part_scanned.pdf")
    assert document.warnings == ("Without a text layer, perhaps scanned: pages 2, 4.",)
    assert page(document, 5) == "Page 5 text"


def test_a_blank_page_is_no_scan() -> None:
    document = parsers.parse("pdf", build_pdf(["One", "", "Three"]))
    assert not document.warnings
    assert page(document, 3) == "Three"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        # Ligatures, "la" and "al" are two letters in one glyph.
        ("pdf_rtl_01.pdf", "يمكن أن تعزز الإنتاجية وتساعد في إيجاد حلول فعالة للمشكلات"),
        ("pdf_rtl_01.pdf", "تعتبر البرمجة بلغة R وPython من الأدوات القوية"),
        ("pdf_rtl_01.pdf", "يمكن أن يؤدي أيضًا إلى اتخاذ قرارات"),
        ("pdf_hebrew_from_browser.pdf", "14 ימים (ארבעה עשר) לפי Microsoft Word 2016 בלבד."),
        ("pdf_vertical.pdf", "吾輩は猫である。名前はまだ無い。 どこで生れたかとんと見当がつかぬ。"),
        ("pdf_vertical.pdf", "じめじめした所で 第二段の文章である。ここから 下の段が始まる。"),
        ("pdf_korean_tables.pdf", "할인점·주유·온라인쇼핑몰"),
    ],
)
def test_text_comes_in_the_order_in_which_it_is_read(name: str, text: str) -> None:
    assert text in " ".join(parse(name).text.split())


def test_words_divided_at_the_end_of_a_line_are_whole_again() -> None:
    text = parsers.parse("pdf", build_pdf(["An interna-\ntional E-Mail-\nAdresse"])).text
    assert text == "An international E-Mail-Adresse"


def test_glyph_numbers_in_place_of_letters_are_deciphered_with_a_warning() -> None:
    document = parse("pdf_glyph_numbers.pdf")
    assert "Bürgermeister und Gemeinderat beraten über die Wärmeversorgung" in document.text
    assert "täglich von 8.30 bis 12 Uhr, außer an Feiertagen." in document.text
    assert document.warnings[0].startswith("The fonts of page 1 do not say which letters they draw")


def test_letters_that_nobody_can_read_are_no_text() -> None:
    with pytest.raises(DocumentHasNoText, match="cannot be decoded: its fonts do not say"):
        parse("pdf_unknown_letters.pdf")


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_of_a_pdf_that_is_cut_off_the_whole_pages_are_read(share: float) -> None:
    data = TEN_PAGES[: int(len(TEN_PAGES) * share)]
    whole = len(re.findall(rb"endstream\nendobj", data))
    document = parsers.parse("pdf", data)
    assert document.warnings[0] == f"This PDF is cut off: {whole} of 10 pages could be read."
    assert page(document, whole) == f"Text of page {whole}, which is short."


def test_objects_in_streams_are_found_without_their_list() -> None:
    data = read("pdf_bookmarks.pdf")
    assert b"ObjStm" in data
    document = parsers.parse("pdf", data[: data.rindex(b"/XRef")])
    assert page(document, 6) == page(parse("pdf_bookmarks.pdf"), 6)
    assert document.warnings == ("This PDF is cut off: 6 of 6 pages could be read.",)


def test_pages_without_their_tree_come_in_the_order_of_the_file() -> None:
    data = without_xref(TEN_PAGES).replace(b"/Type/Pages", b"/Type/Lost.")
    document = parsers.parse("pdf", data)
    assert page(document, 10) == "Text of page 10, which is short."
    assert document.warnings == (
        "This PDF is cut off: only 10 pages could be read; their numbers may be wrong.",
    )


def test_a_pdf_that_is_whole_but_for_its_end_mark_gets_no_warning() -> None:
    assert not parsers.parse("pdf", TEN_PAGES.replace(b"%%EOF", b"")).warnings


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (TEN_PAGES[:200], "damaged and cannot be opened"),
        (read("pdf_empty_password.pdf")[:-500], "damaged"),
        (b"%PDF-1.7\n" + b"1 0 obj\n" * 10_000, "damaged"),
        (b"%PDF-1.7\n1 0 obj<</Type/Page>>endobj", "no text is left"),
        (b"%PDF-1.7\n1 0 obj<</Type/Pages/Kids[1 0 R 1 0 R]>>endobj", "damaged"),
        (b"%PDF-1.7\n1 0 obj<</Type/ObjStm/First 9>>stream\nxx\nendstream endobj", "damaged"),
    ],
)
def test_a_pdf_with_nothing_left_to_read_is_damaged(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentCorrupt, match=reason):
        parsers.parse("pdf", data)


def test_empty_pages_are_not_called_a_scan() -> None:
    with pytest.raises(DocumentUnreadable, match=r"no text layer: its pages are empty\."):
        parsers.parse("pdf", build_pdf(["", ""]))
