"""E-mail messages: their headers, then the text that a mail program would show, as Markdown."""

from base64 import b64decode
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError, InvalidBase64LengthDefect
from email.header import decode_header
from email.message import Message
from typing import Final

from clonememoria.core.errors import DocumentCorrupt, DocumentEncrypted
from clonememoria.knowledge.parsers.document import ParsedDocument, clean, clean_title
from clonememoria.knowledge.parsers.encoding import decode

# A shorter plain text may only say that the message is in HTML.
MIN_PLAIN_CHARS: Final = 300
MIN_HTML_RATIO: Final = 3
MAX_HEADING_LEVEL: Final = 6

_SHOWN_HEADERS = ("From", "To", "Cc", "Date")
_ENCRYPTED = {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
_SIGNATURES = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
}


def parse(data: bytes) -> ParsedDocument:
    try:
        message = message_from_bytes(data.lstrip())
        blocks = list(_message(message, level=1))
    # The standard library's reader calls itself for each part in a part.
    except RecursionError as error:
        raise DocumentCorrupt("This message is nested too deeply to be read.") from error
    attached = ", ".join(clean(_name(part)) for part in message.walk() if _is_attached(part))
    if attached:
        blocks.append(f"Attachments: {attached}")
    return ParsedDocument(
        title=clean_title(_header(message, "Subject")),
        text=clean("\n\n".join(filter(None, blocks))),
        is_markdown=True,
        warnings=(f"Attachments are not read: {attached}.",) if attached else (),
    )


def _message(message: Message, *, level: int) -> Iterator[str]:
    if message.get_content_type() in _ENCRYPTED:
        raise DocumentEncrypted("This message is encrypted; save it decrypted and upload that.")
    if subject := _header(message, "Subject"):
        yield f"{'#' * min(level, MAX_HEADING_LEVEL)} {subject}"
    headers = {name: _header(message, name) for name in _SHOWN_HEADERS}
    yield "\n".join(f"{name}: {value}" for name, value in headers.items() if value)
    yield from _texts(message, level=level)


def _header(message: Message, name: str) -> str:
    return _decoded(message.get(name, ""))


def _decoded(value: str) -> str:
    try:
        parts = decode_header(value)
    except HeaderParseError:
        parts = [(str(value), None)]
    text = "".join(
        decode(part, charset) if isinstance(part, bytes) else part for part, charset in parts
    )
    return " ".join(text.split())


def _texts(part: Message, *, level: int) -> Iterator[str]:
    inner = _parts(part)
    kind = part.get_content_type()
    if kind == "multipart/alternative" and inner:
        yield _best_of(inner, level=level)
    elif kind == "message/rfc822" and inner:
        yield from _message(inner[0], level=level + 1)
    elif inner:
        for one in inner:
            yield from _texts(one, level=level)
    elif _is_text(part):
        yield _text(part)


def _best_of(alternatives: list[Message], *, level: int) -> str:
    """The plain text; where it is little, the last alternative, which is the richest."""
    first, last = alternatives[0], alternatives[-1]
    plain = "\n\n".join(_texts(first, level=level))
    if len(plain) >= MIN_PLAIN_CHARS or first is last:
        return plain
    rich = "\n\n".join(_texts(last, level=level))
    return rich if len(rich) > MIN_HTML_RATIO * len(plain) else plain


def _text(part: Message) -> str:
    content = _content(part)
    if part.get_content_type() == "text/html":
        # Costs 0.2 s to import, and most messages have a plain text.
        from clonememoria.knowledge.parsers import html

        return html.parse(content, charset=part.get_content_charset()).text
    return decode(content, part.get_content_charset()).strip()


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(part.get_payload()).encode()
    # Then it is returned as it is: a message that was cut off.
    if any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects):
        letters = b"".join(payload.split())
        return b64decode(letters[: len(letters) // 4 * 4])
    return payload


def _parts(part: Message) -> list[Message]:
    """Empty for a part that is not multipart, or that breaks off before its first part."""
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if part.is_multipart() else []


def _is_text(part: Message) -> bool:
    is_readable = part.get_content_type() in {"text/plain", "text/html"}
    is_broken = part.get_content_maintype() == "multipart"
    return is_broken or (
        is_readable and part.get_content_disposition() != "attachment" and not part.get_filename()
    )


def _is_attached(part: Message) -> bool:
    is_image_of_text = part.get_content_maintype() == "image" and "Content-ID" in part
    return not (
        part.is_multipart()
        or _is_text(part)
        or part.get_content_type() in _SIGNATURES
        or (is_image_of_text and part.get_content_disposition() != "attachment")
    )


def _name(part: Message) -> str:
    return _decoded(part.get_filename() or part.get_content_type())
