"""The kind of a file follows from its content; what no parser reads is refused in plain words."""

import io
import zipfile
from pathlib import Path

import pytest

from clonememoria.core.errors import DocumentEncrypted, DocumentTooLarge, UnsupportedType
from clonememoria.knowledge.filetype import MAX_ZIP_ENTRIES, detect
from tests.fixtures.builders import build_docx, build_pdf

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


def build_zip(names: list[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


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
    ],
)
def test_the_content_decides_and_the_name_tells_markdown(
    data: bytes, filename: str, kind: str
) -> None:
    assert detect(data, filename).kind == kind


@pytest.mark.parametrize(
    ("data", "filename", "reason"),
    [
        (b"MZ\x90\0" + b"\0" * 500, "report.pdf", "Windows program"),
        (PNG, "notes.txt", "PNG image"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "picture.png", "XML or SVG"),
        (build_zip(["a.txt"]), "letter.docx", "ZIP archive"),
        (b"{\\rtf1 Hello}", "letter.rtf", "RTF"),
        (bytes(range(256)) * 4, "notes.txt", "not a text"),
        ((DOCUMENTS / "doc_legacy_greek.doc").read_bytes(), "old.docx", "before 2007"),
        ((DOCUMENTS / "zip_quine_droste.zip").read_bytes(), "letter.docx", "ZIP archive"),
    ],
)
def test_what_no_parser_reads_is_refused_with_the_formats_that_are(
    data: bytes, filename: str, reason: str
) -> None:
    with pytest.raises(UnsupportedType, match=reason) as refused:
        detect(data, filename)
    assert "Accepted are PDF, Word (.docx)" in refused.value.detail


def test_an_encrypted_office_file_is_named_so() -> None:
    data = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(DocumentEncrypted):
        detect(data, "secret.docx")


def test_an_archive_of_thousands_of_parts_is_not_even_listed() -> None:
    data = build_zip([f"word/{number}" for number in range(MAX_ZIP_ENTRIES + 1)])
    with pytest.raises(DocumentTooLarge, match="2,000 parts"):
        detect(data, "letter.docx")


def test_a_cut_word_file_is_left_to_its_parser_to_explain() -> None:
    data = (DOCUMENTS / "docx_truncated.docx").read_bytes()
    assert detect(data, "letter.docx").kind == "docx"
