"""Text, Markdown, web pages and PDF become clean text with title and pages, or a plain refusal."""

import time
from pathlib import Path

import pytest

from clonememoria.core.errors import (
    DocumentCorrupt,
    DocumentEncrypted,
    DocumentHasNoText,
    DocumentUnreadable,
)
from clonememoria.knowledge import parsers
from clonememoria.knowledge.parsers.encoding import decode
from tests.fixtures.builders import build_pdf

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
PARAGRAPH = "<p>" + "Refunds are paid within fourteen days of a written notice. " * 6 + "</p>"


def read(name: str) -> bytes:
    return (DOCUMENTS / name).read_bytes()


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"],
)
def test_western_text_is_read_in_any_encoding(encoding: str) -> None:
    text = "Die Rückgabe ist für Käufer kostenlos; Gebühren fallen höchstens einmal an."
    assert parsers.parse("txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp932", "返金は書面による通知から十四日以内に行われます。手数料はかかりません。" * 3),
        ("euc_kr", "환불은 서면 통지일로부터 십사 일 이내에 지급됩니다. 수수료는 없습니다." * 3),
        ("gb18030", "退款将在书面通知后十四天内支付，不收取任何费用。请保留您的收据。" * 3),
        ("cp1252", "Le remboursement est dû à la réception de la réclamation, ou même après. " * 3),
        ("cp1250", "Zwrot pieniędzy następuje w ciągu czternastu dni; świeże bułki są żółte. " * 3),
        ("cp1251", "Возврат средств производится в течение четырнадцати дней без комиссии. " * 3),
    ],
)
def test_old_encodings_are_recognised_by_their_language(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_few_bytes_of_latin_1_are_not_taken_for_chinese() -> None:
    assert decode("können\näöüß\n".encode("latin-1")) == "können\näöüß\n"


def test_utf_8_with_a_broken_byte_stays_utf_8() -> None:
    assert decode("Käufer und Verkäufer".encode() * 9 + b"\xff") == "Käufer und Verkäufer" * 9 + "�"


def test_text_keeps_nothing_that_a_database_refuses() -> None:
    text = parsers.parse("txt", b"a\0b\x1b[31mc\r\nd\re\xc2\xade\xcc\x81").text
    assert text == "ab[31mc\nd\neé"


@pytest.mark.parametrize("kind", ["txt", "md", "html"])
@pytest.mark.parametrize("data", [b"", b" \n\t", "\u00a0\u3000\ufeff".encode()])
def test_a_document_without_words_says_so(kind: str, data: bytes) -> None:
    with pytest.raises(DocumentHasNoText, match="no text"):
        parsers.parse(kind, data)


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ('---\ntags: [a]\ntitle: "The Handbook"\n---\n# Other', "The Handbook"),
        ("Intro\n\n```\n# code\n```\n## The *real* title ##\n", "The real title"),
        ("The title\n=========\ntext", "The title"),
        ("no heading", None),
    ],
)
def test_markdown_is_kept_and_its_title_found(source: str, title: str | None) -> None:
    document = parsers.parse("md", source.encode())
    assert (document.text, document.title, document.is_markdown) == (source, title, True)


def test_a_web_page_becomes_its_readable_text_in_markdown() -> None:
    page = f"""<!DOCTYPE html><title>Fees &amp; refunds</title><nav><a href="/">Start</a></nav>
        <main><h2>Refunds</h2>{PARAGRAPH}<p>Paid <b>within</b> 14 days.</p>
        <ul><li>monthly<li>yearly</ul>
        <table><tr><th>Plan<th>Price</tr><tr><td>Basic<td>49 EUR</tr></table></main>
        <script>alert("x")</script>"""
    document = parsers.parse("html", page.encode())
    assert document.title == "Fees & refunds"
    assert "Paid within 14 days." in document.text
    assert "## Refunds" in document.text
    assert "- monthly" in document.text
    assert "| Basic | 49 EUR |" in document.text
    assert "alert" not in document.text
    assert "Start" not in document.text


def test_a_page_that_is_all_fragments_is_not_lost() -> None:
    rows = "".join(f"<div class=menu><h3>Dish {n}</h3><span>{n} EUR</span></div>" for n in range(9))
    text = parsers.parse("html", f"<body>{rows}<footer>Tel. 555</footer></body>".encode()).text
    assert "### Dish 8\n\n8 EUR" in text
    assert "Tel. 555" in text


def test_a_page_nested_20_000_deep_is_read() -> None:
    page = b"<div>" * 20_000 + b"deep needle text" + b"</div>" * 20_000
    assert parsers.parse("html", page).text == "deep needle text"


@pytest.mark.parametrize("tag", [b"<script", b"<!--", b"<nav>", b"<a ", b"<title>"])
def test_marks_that_are_never_closed_cost_little(tag: bytes) -> None:
    start = time.process_time()
    with pytest.raises(DocumentHasNoText):
        parsers.parse("html", tag * 200_000)
    # With patterns that look for the end of each, 60 s.
    assert time.process_time() - start < 10


@pytest.mark.parametrize("line", [b"# " + b"[" * 200_000, b"# a" + b" #" * 100_000, b"#" * 200_000])
def test_headings_of_one_endless_line_cost_little(line: bytes) -> None:
    start = time.process_time()
    parsers.parse("md", line)
    assert time.process_time() - start < 5


def test_the_hidden_parts_of_a_page_are_left_out() -> None:
    page = b"<p>one<!-- <p>two --><STYLE>three</STYLE><nav>four</nav><p>five<script>six"
    assert parsers.parse("html", page).text == "one\n\nfive"


@pytest.mark.parametrize(
    ("data", "needle"),
    [
        (read("html_arabic_misleading_charset.html"), "في قرية من القرى"),
        ('<meta charset="shift_jis"><p>返金は十四日以内。'.encode("cp932"), "返金は十四日以内。"),
        ("<meta charset=no-such><p>Käufer für".encode("cp1252"), "Käufer für"),
        ("<p>Käufer".encode("utf-16"), "Käufer"),
    ],
)
def test_the_charset_that_a_page_claims_is_checked(data: bytes, needle: str) -> None:
    assert needle in parsers.parse("html", data).text


def test_pdf_pages_keep_their_numbers_and_offsets() -> None:
    document = parsers.parse(
        "pdf", build_pdf(["First (page)\nLine two", "", "Third"], title="Book")
    )
    assert document.title == "Book"
    assert [page.number for page in document.pages] == [1, 2, 3]
    texts = [document.text[page.char_start : page.char_end] for page in document.pages]
    assert texts == ["First (page)\nLine two", "", "Third"]


def test_the_file_name_of_a_print_is_no_title() -> None:
    data = build_pdf(["Text"], title="Microsoft Word - offer_final2.docx")
    assert parsers.parse("pdf", data).title is None


@pytest.mark.parametrize(
    ("name", "needle"),
    [
        ("pdf_korean_tables.pdf", "할인점·주유·온라인쇼핑몰"),
        ("pdf_rtl_01.pdf", "بشكل كبير في تحسين نتائج العمل"),
    ],
)
def test_other_scripts_in_pdf_come_in_reading_order(name: str, needle: str) -> None:
    assert needle in " ".join(parsers.parse("pdf", read(name)).text.split())


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        (build_pdf(["", ""]), DocumentHasNoText, "This PDF has no text layer"),
        (read("pdf_libreoffice_password.pdf"), DocumentEncrypted, "protected by a password"),
        (b"%PDF-1.7 nothing else", DocumentCorrupt, "damaged and cannot be opened"),
        (build_pdf(["Hello"])[:300], DocumentCorrupt, "damaged"),
    ],
)
def test_a_pdf_without_readable_text_says_why(
    data: bytes, error: type[DocumentUnreadable], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        parsers.parse("pdf", data)
