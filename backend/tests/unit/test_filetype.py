"""The kind of a file follows from its content; what no parser reads is refused in plain words."""

import contextlib
import io
import struct
import time
import zipfile
from pathlib import Path
from typing import get_args

import pytest

from clonememoria.core.errors import DocumentEncrypted, DocumentTooLarge, UnsupportedType
from clonememoria.knowledge.filetype import ACCEPTED, BY_MIME_TYPE, FileType, Kind, detect
from clonememoria.knowledge.parsers.archive import MAX_ENTRIES
from tests.fixtures.builders import build_docx, build_pdf

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
BINARY_WORKBOOK = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
# A font begins with a list of tables and numbers of two bytes, as UTF-16 does.
FONT_TABLES = bytes.fromhex("000100000013010000040030") + b"".join(
    struct.pack(">4sHHHH", name, number % 7, number * 7919 % 65536, 1, number * 40_503 % 65536)
    for number, name in enumerate([b"GDEF", b"GPOS", b"GSUB", b"OS/2", b"cmap", b"glyf"] * 30)
)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


def detect_in(data: bytes, filename: str) -> FileType:
    return detect(io.BytesIO(data), filename)


def build_zip(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def build_ooxml(main_part: str) -> bytes:
    prefix = "application/vnd.openxmlformats-officedocument."
    return build_zip({"[Content_Types].xml": f"<Types>{prefix}{main_part}.main+xml</Types>"})


@pytest.mark.parametrize(
    ("data", "filename", "kind"),
    [
        (b"Just words.", "notes.txt", "txt"),
        (b"Just words.", "README", "txt"),
        (b"before\0after, a stray zero", "notes.txt", "txt"),
        (b"", "empty.pdf", "txt"),
        (b"MZ is the ISO code of Mozambique.", "notes.txt", "txt"),
        (b"<p>Only an example of markup.</p>", "notes.txt", "txt"),
        ("Ein Text mit Umlauten: äöü".encode("utf-16"), "notes.txt", "txt"),
        ("日本語のテキストです。".encode("cp932"), "notes.txt", "txt"),
        (b"# Title", "README.md", "md"),
        (b'<h1 align="center">Project</h1>', "README.md", "md"),
        (b"<!DOCTYPE html><p>Hi", "page", "html"),
        (b"<!-- saved --><html><body>Hi", "page.txt", "html"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html><html/>', "page.xhtml", "html"),
        (b"<div>Not Found</div>", "page.pdf", "html"),
        (b"Words, then <b>markup</b>", "page.htm", "html"),
        (b"\n\n" + build_pdf(["Hi"]), "scan.txt", "pdf"),
        (build_docx(), "letter.doc", "docx"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + build_pdf(["Hi"]), "scan", "pdf"),
        (b"A PDF file begins with %PDF-1.7 and a line end.", "notes.txt", "txt"),
        (b"{\\rtf1 Hello}", "letter.doc", "rtf"),
        (b'<?xml version="1.0"?><!-- a --><note/>', "note.txt", "xml"),
        (b'<!DOCTYPE note [<!ENTITY a "b">]><note>&a;</note>', "note", "xml"),
        (b"<feed><entry>Hi</entry></feed>\n", "feed", "xml"),
        (b"<p align='center'>Project</p>", "README.md", "md"),
        (b'{"name": "Ada"}', "ada.txt", "json"),
        (b'{"name": "Ada", "cut', "ada", "json"),
        (b'{"a": 1}\n{"a": 2}\n', "lines.jsonl", "json"),
        (b' [[1, "a"], []]\n', "rows", "json"),
        ('{"name": "Ada"}'.encode("utf-16"), "ada.json", "json"),
        (b"[1] A note, and another [2]", "notes.txt", "txt"),
        (b"[section]\nkey=value", "settings.ini", "txt"),
        (b"name;age\nAda;36\n", "people.csv", "csv"),
        (b"name\tage\nAda\t36\nBob\t40\n", "people.xls", "csv"),
        (b"Dear Ada, thanks,\nyours, Bob,\nand, so on\n", "letter", "txt"),
        (b"Subject: Hi\r\nFrom: a@b.c\r\nMIME-Version: 1.0\r\n\r\nHi", "mail", "eml"),
        (b"Received: by mx;\n\tMon\nFrom: a@b.c\nTo: d@e.f\n\nHi", "mail.txt", "eml"),
        (b"Subject: Hi\n\nHi", "draft.eml", "eml"),
        (b"\r\nSubject: Hi\r\n\r\nHi", "draft.eml", "eml"),
        (b"From ada Mon Mar  5 10:00 2024\nSubject: Hi\n\nHi", "draft.eml", "eml"),
        (b"From: Ada\nTo: Bob\nSubject: lunch\n\nHi", "memo.txt", "txt"),
        (build_zip({"mimetype": "application/epub+zip"}), "book.zip", "epub"),
        (build_zip({"mimetype": "application/vnd.oasis.opendocument.text"}), "a.docx", "odt"),
        (build_ooxml("spreadsheetml.sheet"), "table.docx", "xlsx"),
        (build_ooxml("presentationml.slideshow"), "show.zip", "pptx"),
        (build_zip({"[Content_Types].xml": "", "ppt/presentation.xml": ""}), "x", "pptx"),
        (build_zip({"mimetype": "application/epub+zip"})[:60], "book", "epub"),
        (build_zip({"word/a.xml": ""})[:60], "letter", "docx"),
        (b"\n\n" + build_docx(), "letter.docx", "docx"),
        (build_zip({"[Content_Types].xml": "x"})[:60], "cut.xlsx", "xlsx"),
    ],
)
def test_the_content_decides_and_the_name_tells_markdown(
    data: bytes, filename: str, kind: str
) -> None:
    assert detect_in(data, filename).kind == kind


@pytest.mark.parametrize(
    ("data", "filename", "reason"),
    [
        (b"MZ\x90\0" + b"\0" * 500, "report.pdf", "Windows program"),
        (PNG, "notes.txt", "PNG image"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "picture.png", "SVG image"),
        (b'<?xml version="1.0"?><!DOCTYPE svg><a:svg xmlns:a=""/>', "a.xml", "SVG image"),
        (build_zip({"a.txt": "x"}), "letter.docx", "ZIP archive"),
        (build_zip({"word": "x"}), "letter.docx", "ZIP archive"),
        (build_zip({"mimetype": f"{OPEN_DOCUMENT}spreadsheet"}), "a.ods", "save it as .xlsx"),
        (build_zip({"mimetype": f"{OPEN_DOCUMENT}presentation"}), "a.odp", "save it as .pptx"),
        (build_zip({"mimetype": f"{OPEN_DOCUMENT}graphics"}), "a.odg", "is no text"),
        (build_zip({"[Content_Types].xml": BINARY_WORKBOOK}), "a.xlsb", "binary Excel workbook"),
        (OLE_MAGIC + "__substg1.0_".encode("utf-16-le"), "mail.msg", "Outlook message"),
        (bytes(range(256)) * 4, "notes.txt", "not a text"),
        (FONT_TABLES, "letters.ttf", "not a text"),
        (b"From ada Mon Mar  5 10:00 2024\nSubject: Hi\n\nHi", "old.mbox", "mailbox"),
        ((DOCUMENTS / "doc_legacy_greek.doc").read_bytes(), "old.docx", "before 2007"),
        ((DOCUMENTS / "zip_quine_droste.zip").read_bytes(), "letter.docx", "ZIP archive"),
    ],
)
def test_what_no_parser_reads_is_refused_with_the_formats_that_are(
    data: bytes, filename: str, reason: str
) -> None:
    with pytest.raises(UnsupportedType, match=reason) as refused:
        detect_in(data, filename)
    assert "Accepted are PDF, Word (.docx)" in refused.value.detail


def test_an_encrypted_office_file_is_named_so() -> None:
    name = "EncryptedPackage".encode("utf-16-le")
    data = OLE_MAGIC + bytes((1 << 20) - 20) + name
    with pytest.raises(DocumentEncrypted):
        detect_in(data, "secret.docx")


def test_a_zip_with_a_password_is_named_so() -> None:
    data = bytearray(build_zip({"word/document.xml": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DocumentEncrypted):
        detect_in(bytes(data), "secret.docx")


def test_an_archive_of_thousands_of_parts_is_not_even_listed() -> None:
    data = build_zip({f"word/{number}": "" for number in range(MAX_ENTRIES + 1)})
    with pytest.raises(DocumentTooLarge, match="2,000 parts"):
        detect_in(data, "letter.docx")


def test_a_list_of_parts_longer_than_its_number_says_is_not_read() -> None:
    data = bytearray(build_zip({f"word/{number:0900}": "" for number in range(MAX_ENTRIES + 200)}))
    data[-14:-10] = b"\1\0\1\0"
    with pytest.raises(DocumentTooLarge, match="2,000 parts"):
        detect_in(bytes(data), "letter.docx")


def test_a_cut_word_file_is_left_to_its_parser_to_explain() -> None:
    data = (DOCUMENTS / "docx_truncated.docx").read_bytes()
    assert detect_in(data, "letter.docx").kind == "docx"


@pytest.mark.parametrize("start", ["<!---->", "<?a?>", "<!doctype", "[", "a: b\n", '{"', " "])
def test_markup_without_an_end_costs_little(start: str) -> None:
    began = time.process_time()
    detect_in((start * 100_000).encode(), "endless")
    assert time.process_time() - began < 1


def test_little_is_read_of_a_large_file() -> None:
    class Counted(io.BytesIO):
        bytes_read = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.bytes_read += len(data)
            return data

    for start in (b"%PDF-1.7\n", b"<html>", b"PK\x03\x04", b"words "):
        file = Counted(start + b"x" * 5_000_000)
        with contextlib.suppress(UnsupportedType):
            detect(file, "large")
        assert file.bytes_read < 200_000


def test_each_kind_has_a_type_and_is_named_to_people() -> None:
    assert {type_.kind for type_ in BY_MIME_TYPE.values()} == set(get_args(Kind))
    for name in ("PDF", ".docx", ".pptx", ".xlsx", ".odt", "RTF", "EPUB", "CSV", "JSON", ".eml"):
        assert name in ACCEPTED
