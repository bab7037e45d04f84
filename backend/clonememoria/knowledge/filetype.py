"""What kind of document a file is, by its content; the name only tells kinds of text apart."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, Literal

from clonememoria.core.errors import DocumentEncrypted, UnsupportedType
from clonememoria.knowledge.parsers.archive import open_archive
from clonememoria.knowledge.parsers.encoding import encoding_of

Kind = Literal[
    "txt",
    "md",
    "html",
    "pdf",
    "docx",
    "pptx",
    "xlsx",
    "odt",
    "rtf",
    "epub",
    "csv",
    "json",
    "xml",
    "eml",
]


@dataclass(frozen=True, slots=True)
class FileType:
    kind: Kind
    mime_type: str


_OOXML = "application/vnd.openxmlformats-officedocument"

TXT = FileType("txt", "text/plain")
MD = FileType("md", "text/markdown")
HTML = FileType("html", "text/html")
PDF = FileType("pdf", "application/pdf")
DOCX = FileType("docx", f"{_OOXML}.wordprocessingml.document")
PPTX = FileType("pptx", f"{_OOXML}.presentationml.presentation")
XLSX = FileType("xlsx", f"{_OOXML}.spreadsheetml.sheet")
ODT = FileType("odt", "application/vnd.oasis.opendocument.text")
RTF = FileType("rtf", "application/rtf")
EPUB = FileType("epub", "application/epub+zip")
CSV = FileType("csv", "text/csv")
JSON = FileType("json", "application/json")
XML = FileType("xml", "application/xml")
EML = FileType("eml", "message/rfc822")

BY_MIME_TYPE = {
    type_.mime_type: type_
    for type_ in (
        *(TXT, MD, HTML, PDF, DOCX, PPTX, XLSX, ODT, RTF, EPUB),
        *(CSV, JSON, XML, EML),
    )
}
ACCEPTED = (
    "PDF, Word (.docx), PowerPoint (.pptx), Excel (.xlsx), OpenDocument text (.odt), RTF, EPUB, "
    "HTML, Markdown, plain text, CSV, JSON, XML and e-mail (.eml)"
)

_HEAD_BYTES = 16 * 1024
_TAIL_BYTES = 2048

_OTHER_FORMATS = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"RIFF", "an image, a sound or a film"),
    (b"ID3", "a sound"),
    (b"OggS", "a sound or a film"),
    (b"fLaC", "a sound"),
    (b"\x1aE\xdf\xa3", "a film"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"(\xb5/\xfd", "a Zstandard archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"%!PS", "a PostScript document"),
)
_PDF_START = re.compile(rb"(?:^|[\r\n\0])%PDF-")

_ZIP_MAGIC = b"PK\x03\x04"
_ZIP_END = re.compile(rb"PK\x05\x06\0\0\0\0.{12}..\Z", re.DOTALL)
_LOCAL_HEADER = re.compile(rb"PK\x03\x04.{22}(?P<name_bytes>..)..", re.DOTALL)
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_TYPE_BY_MIMETYPE = {
    "application/epub+zip": EPUB,
    f"{_OPEN_DOCUMENT}text": ODT,
    f"{_OPEN_DOCUMENT}text-template": ODT,
    f"{_OPEN_DOCUMENT}text-master": ODT,
}
# Macros, templates and shows are built as documents are; a binary workbook is not.
_TYPE_BY_MAIN_PART = (
    (re.compile(rb"wordprocessingml\.\w+\.main\+xml|ms-word\.\w+\.macroEnabled\w*\.main"), DOCX),
    (
        re.compile(rb"presentationml\.\w+\.main\+xml|ms-powerpoint\.\w+\.macroEnabled\w*\.main"),
        PPTX,
    ),
    (re.compile(rb"spreadsheetml\.\w+\.main\+xml|ms-excel\.\w+\.macroEnabled\w*\.main"), XLSX),
)
_TYPE_BY_FOLDER = {"word": DOCX, "ppt": PPTX, "xl": XLSX}
_TYPE_BY_PACKED_SUFFIX = {
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".potx"), PPTX),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx"), XLSX),
}

_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_MESSAGE_STREAM = "__substg1.0_".encode("utf-16-le")

_BINARY_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
# Private use (icons of a font), never assigned, or half of a pair.
_NO_LETTERS = {"Co", "Cn", "Cs"}
MAX_NOISE = 0.1
# UTF-16 without a mark: programs and fonts are full of small numbers too, and look like it.
MAX_NOISE_GUESSED = 0.04
_GUESSED_WIDE = {"utf-16-le", "utf-16-be"}
_MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdown", ".mkd"}
_HTML_SUFFIXES = {".html", ".htm", ".xhtml"}
_TABLE_SUFFIXES = {".csv", ".tsv", ".tab"}
_MAILBOX_SUFFIXES = {".mbox", ".mbx"}
_NO_TABLE_SUFFIXES = {"", ".txt", ".text", ".log"}
# Possessive: thousands of comments can be divided among the turns of a loop in countless ways.
_PROLOG = re.compile(r"(?>\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_XML_DECLARED = re.compile(r"\s*<(?:\?xml|!doctype)\b", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!doctype[^<\[>]*+(?:\[[^\]]*+\]\s*+)?+>", re.IGNORECASE)
_ROOT = re.compile(r"<(?P<name>[^\W\d][\w.:-]*+)[\s/>]")
_HTML_PAGE = re.compile(r"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_HTML_START = re.compile(
    r"<(?:head|body|title|meta|script|style|div|p|h1|h2|table|br|a|b|ul|font)[\s/>]", re.IGNORECASE
)
_ANY_TAG = re.compile(r"<[a-zA-Z!][^<]*")
_JSON_OBJECT = re.compile(r'\s*+(?:\[\s*+)*+\{\s*+(?:"(?:[^"\\]|\\.)*+"\s*+:|\}\s*+\Z)')
_JSON_LIST = re.compile(
    r'\s*+(?:\[\s*+)++(?:"(?:[^"\\]|\\.)*+"|-?\d[\d.eE+-]*+|true|false|null)?\s*+(?:,|[\]\s]++\Z)'
)
_HEADER = re.compile(r"(?P<name>[!-9;-~]++)[ \t]*+:[^\n]*+\n(?:[ \t]++[^\n]*+\n)*+")
# Of a message as it stands in a mailbox; it may be empty.
_ENVELOPE = re.compile(r"\s*+(?:From [^\n]*+\n)?+")
_LETTER_HEADERS = {"from", "to", "subject", "date", "cc", "reply-to", "sender"}
# What programs write at the start of a message, and people never do.
_MACHINE_HEADERS = {
    *("message-id", "mime-version", "received", "return-path", "delivered-to", "x-mailer"),
    *("content-type", "x-received", "dkim-signature", "arc-seal", "authentication-results"),
}


def detect(file: BinaryIO, filename: str) -> FileType:
    """Read little of a seekable `file`, wherever it stands, and leave it standing anywhere.

    Raise UnsupportedType for what no parser reads, with a sentence for the person.
    """
    suffix = PurePath(filename).suffix.lower()
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if head.startswith(_ZIP_MAGIC):
        return _zip_type(file, head, suffix)
    if head.startswith(_OLE_MAGIC):
        raise _ole_error(file)
    tail = _tail(file)
    if _PDF_START.search(head[:1024]) or (b"%PDF-" in head[:1024] and b"startxref" in tail):
        return PDF
    if head.startswith(b"{\\rtf"):
        return RTF
    # It is read from its end: that its start is damaged, or something before it, is no matter.
    if _ZIP_END.search(tail):
        return _zip_type(file, head, suffix)
    return _text_type(head, tail, suffix)


def _tail(file: BinaryIO) -> bytes:
    file.seek(max(0, file.seek(0, io.SEEK_END) - _TAIL_BYTES))
    return file.read()


def _zip_type(file: BinaryIO, head: bytes, suffix: str) -> FileType:
    try:
        with open_archive(file) as archive:
            found = _type_of_parts(archive)
    except zipfile.BadZipFile:
        found = _type_of_remains(head, suffix)
    if found is None:
        raise _unsupported("a ZIP archive, or a format packed like one")
    return found


def _type_of_parts(archive: zipfile.ZipFile) -> FileType | None:
    names = archive.namelist()
    if "mimetype" in names:
        return _open_document_type(_start_of(archive, "mimetype").decode(errors="replace").strip())
    if "META-INF/container.xml" in names:
        return EPUB
    content_types = (
        _start_of(archive, "[Content_Types].xml") if "[Content_Types].xml" in names else b""
    )
    if b"ms-excel.sheet.binary" in content_types:
        raise _unsupported("a binary Excel workbook; save it as .xlsx")
    for main_part, type_ in _TYPE_BY_MAIN_PART:
        if main_part.search(content_types):
            return type_
    return _type_of_folders(names)


def _start_of(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_HEAD_BYTES)


def _open_document_type(mime_type: str) -> FileType:
    if type_ := _TYPE_BY_MIMETYPE.get(mime_type):
        return type_
    if mime_type.startswith(f"{_OPEN_DOCUMENT}spreadsheet"):
        raise _unsupported("an OpenDocument spreadsheet; save it as .xlsx")
    if mime_type.startswith(f"{_OPEN_DOCUMENT}presentation"):
        raise _unsupported("an OpenDocument presentation; save it as .pptx or PDF")
    raise _unsupported("a format that is packed like OpenDocument, but is no text")


def _type_of_folders(names: list[str]) -> FileType | None:
    folders = {name.partition("/")[0] for name in names if "/" in name}
    return next((type_ for name, type_ in _TYPE_BY_FOLDER.items() if name in folders), None)


def _type_of_remains(head: bytes, suffix: str) -> FileType | None:
    """A cut archive has no directory; its parser shall say that it is damaged."""
    names = [
        head[found.end() : found.end() + int.from_bytes(found["name_bytes"], "little")].decode(
            errors="replace"
        )
        for found in _LOCAL_HEADER.finditer(head)
    ]
    for mime_type, type_ in _TYPE_BY_MIMETYPE.items():
        if head[30:200].startswith(b"mimetype" + mime_type.encode()):
            return type_
    if found_type := _type_of_folders(names):
        return found_type
    if "[Content_Types].xml" in names:
        return _TYPE_BY_PACKED_SUFFIX.get(suffix, DOCX)
    return None


def _ole_error(file: BinaryIO) -> Exception:
    """Streams are named in UTF-16 in a directory that may stand anywhere in the file."""
    file.seek(0)
    overlap = b""
    while block := file.read(1 << 20):
        searched = overlap + block
        if _ENCRYPTED_STREAM in searched:
            return DocumentEncrypted()
        if _MESSAGE_STREAM in searched:
            return _unsupported("an Outlook message; save it as .eml or PDF")
        overlap = block[-64:]
    return _unsupported(
        "in the format of Office before 2007; save it as .docx, .pptx, .xlsx or PDF"
    )


def _text_type(head: bytes, tail: bytes, suffix: str) -> FileType:
    _refuse_other_formats(head)
    if suffix in _MAILBOX_SUFFIXES and head.startswith(b"From "):
        raise _unsupported("a mailbox of many messages; save each as .eml")
    encoding = encoding_of(head)
    text = head.decode(encoding, errors="replace")
    if _is_binary(text, encoding):
        raise _unsupported("not a text")
    # Only its ASCII is looked at; without zeros, UTF-16 is ASCII too.
    end = tail.replace(b"\0", b"").decode("ascii", errors="replace").rstrip()
    sample = _Sample(text, _markup(text), end, suffix)
    if sample.root == "svg" and suffix not in _MARKDOWN_SUFFIXES:
        raise _unsupported("an SVG image")
    return next((type_ for is_of, type_ in _RULES if is_of(sample)), TXT)


def _is_binary(text: str, encoding: str) -> bool:
    noise = sum(unicodedata.category(letter) in _NO_LETTERS for letter in text)
    noise += len(_BINARY_CONTROLS.findall(text))
    return noise > (MAX_NOISE_GUESSED if encoding in _GUESSED_WIDE else MAX_NOISE) * len(text)


def _refuse_other_formats(head: bytes) -> None:
    for magic, description in _OTHER_FORMATS:
        is_plain_text = magic.isalnum() and 0 not in head and head.isascii()
        if head.startswith(magic) and not is_plain_text:
            raise _unsupported(description)


def _markup(text: str) -> str:
    """What stands behind white space, comments and processing instructions."""
    prolog = _PROLOG.match(text)
    return text[prolog.end() :] if prolog else text


@dataclass(frozen=True, slots=True)
class _Sample:
    text: str
    markup: str
    end: str
    suffix: str

    @property
    def root(self) -> str:
        """Name of the first element, without its namespace; empty where there is none."""
        doctype = _DOCTYPE.match(self.markup)
        root = _ROOT.match(_markup(self.markup[doctype.end() :]) if doctype else self.markup)
        return root["name"].rpartition(":")[2] if root else ""


def _is_page(sample: _Sample) -> bool:
    is_named_so = sample.suffix in _HTML_SUFFIXES
    return bool(_HTML_PAGE.match(sample.markup)) or (
        is_named_so and bool(_ANY_TAG.search(sample.text))
    )


def _is_declared_xml(sample: _Sample) -> bool:
    return bool(_XML_DECLARED.match(sample.text))


def _is_message(sample: _Sample) -> bool:
    names = set()
    envelope = _ENVELOPE.match(sample.text)
    position = envelope.end() if envelope else 0
    while found := _HEADER.match(sample.text, position):
        names.add(found["name"].lower())
        position = found.end()
    letter_headers, machine_headers = names & _LETTER_HEADERS, names & _MACHINE_HEADERS
    if sample.suffix == ".eml":
        return bool(letter_headers or machine_headers)
    return len(letter_headers) >= 2 and bool(machine_headers)


def _is_markdown(sample: _Sample) -> bool:
    return sample.suffix in _MARKDOWN_SUFFIXES


def _is_json(sample: _Sample) -> bool:
    is_list = sample.end.endswith("]") and _JSON_LIST.match(sample.text)
    return bool(is_list or _JSON_OBJECT.match(sample.text))


def _is_part_of_page(sample: _Sample) -> bool:
    return sample.suffix != ".txt" and bool(_HTML_START.match(sample.markup))


def _is_bare_xml(sample: _Sample) -> bool:
    is_closed = bool(sample.root) and sample.end.endswith((f"{sample.root}>", "/>"))
    return bool(sample.root) and sample.suffix != ".txt" and (is_closed or sample.suffix == ".xml")


def _is_table(sample: _Sample) -> bool:
    """By its name; or, where that is of another format, by several columns of equal length."""
    if sample.suffix in _TABLE_SUFFIXES | _NO_TABLE_SUFFIXES:
        return sample.suffix in _TABLE_SUFFIXES
    whole_lines = sample.text.rpartition("\n")[0].splitlines()
    lines = [line for line in whole_lines if line.strip()][:50]
    return len(lines) >= 3 and any(_has_columns(lines, delimiter) for delimiter in ",;\t|")


def _has_columns(lines: list[str], delimiter: str) -> bool:
    try:
        widths = {len(row) for row in csv.reader(lines, delimiter=delimiter)}
    except csv.Error:
        return False
    return len(widths) == 1 and widths.pop() > 1


_RULES: tuple[tuple[Callable[[_Sample], bool], FileType], ...] = (
    (_is_page, HTML),
    (_is_declared_xml, XML),
    (_is_message, EML),
    (_is_markdown, MD),
    (_is_json, JSON),
    (_is_part_of_page, HTML),
    (_is_bare_xml, XML),
    (_is_table, CSV),
)


def _unsupported(what: str) -> UnsupportedType:
    return UnsupportedType(f"This file is {what}. Accepted are {ACCEPTED}.")
