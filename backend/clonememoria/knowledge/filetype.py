"""What kind of document some bytes are, by content; the name only tells Markdown from text."""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from clonememoria.core.errors import DocumentEncrypted, DocumentTooLarge, UnsupportedType
from clonememoria.knowledge.parsers.encoding import decode

Kind = Literal["txt", "md", "html", "pdf", "docx"]


@dataclass(frozen=True, slots=True)
class FileType:
    kind: Kind
    mime_type: str


TXT = FileType("txt", "text/plain")
MD = FileType("md", "text/markdown")
HTML = FileType("html", "text/html")
PDF = FileType("pdf", "application/pdf")
DOCX = FileType("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")

BY_MIME_TYPE = {type_.mime_type: type_ for type_ in (TXT, MD, HTML, PDF, DOCX)}
ACCEPTED = "PDF, Word (.docx), HTML, Markdown and plain text"
MAX_ZIP_ENTRIES = 2_000

_HEAD_BYTES = 4096
_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_OFFICE_STREAM = "EncryptedPackage".encode("utf-16-le")
_ZIP_END = b"PK\x05\x06"
_OTHER_FORMATS = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"{\\rtf", "a rich text (RTF) document"),
    (b"%!PS", "a PostScript document"),
)
_BINARY_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdown", ".mkd"}
_HTML_SUFFIXES = {".html", ".htm", ".xhtml"}
_HTML_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"\s*<(?:\?xml|svg|!doctype)\b", re.IGNORECASE)
_HTML_START = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:head|body|title|meta|script|style|div|p|h1|h2|table|br|a|b|ul|font)[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_ANY_TAG = re.compile(r"<[a-zA-Z!][^<]*")


def detect(data: bytes, filename: str) -> FileType:
    """Raise UnsupportedType for what no parser reads, with a sentence for the person."""
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _zip_type(data)
    if data.startswith(_OLE_MAGIC):
        raise _legacy_office_error(data)
    return _text_type(data, PurePath(filename).suffix.lower())


def _zip_type(data: bytes) -> FileType:
    names = _zip_names(data)
    if any(name.startswith("word/") for name in names) or names == ["[Content_Types].xml"]:
        return DOCX
    raise _unsupported("a ZIP archive, or a format packed like one")


def _zip_names(data: bytes) -> list[str]:
    """A cut archive has no directory: then only its first name is known."""
    end = data.rfind(_ZIP_END)
    if end >= 0 and int.from_bytes(data[end + 10 : end + 12], "little") > MAX_ZIP_ENTRIES:
        raise DocumentTooLarge(
            f"This file is packed from more than {MAX_ZIP_ENTRIES:,} parts, which is not accepted."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        length = int.from_bytes(data[26:28], "little")
        return [data[30 : 30 + length].decode("utf-8", errors="replace")]


def _legacy_office_error(data: bytes) -> Exception:
    if _ENCRYPTED_OFFICE_STREAM in data:
        return DocumentEncrypted()
    return _unsupported("in the format of Office before 2007; save it as .docx or PDF")


def _text_type(data: bytes, suffix: str) -> FileType:
    _refuse_other_formats(data)
    head = decode(data[:_HEAD_BYTES])
    if len(_BINARY_CONTROLS.findall(head)) > 0.1 * len(head):
        raise _unsupported("not a text")
    if _HTML_PAGE.match(head) or (suffix in _HTML_SUFFIXES and _ANY_TAG.search(head)):
        return HTML
    if _XML.match(head):
        raise _unsupported("an XML or SVG file")
    if suffix in _MARKDOWN_SUFFIXES:
        return MD
    if suffix != ".txt" and _HTML_START.match(head):
        return HTML
    return TXT


def _refuse_other_formats(data: bytes) -> None:
    for magic, description in _OTHER_FORMATS:
        is_plain_text = magic == b"MZ" and data.isascii() and 0 not in data
        if data.startswith(magic) and not is_plain_text:
            raise _unsupported(description)


def _unsupported(what: str) -> UnsupportedType:
    return UnsupportedType(f"This file is {what}. Accepted are {ACCEPTED}.")
