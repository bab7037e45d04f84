"""Names of uploaded files, made harmless for people and for HTTP headers; pure."""

import re
import unicodedata
from typing import Final
from urllib.parse import quote

MAX_TITLE_CHARS: Final = 200
UNTITLED: Final = "Untitled"
EXTENSIONS: Final = {
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/html": ".html",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}

_FOLDERS: Final = re.compile(r".*[/\\]", re.DOTALL)
_NOT_IN_HEADERS: Final = re.compile(r'[^ -~]|["\\%]')


def title_from(file_name: str) -> str:
    """Without folders, controls and marks that reverse the reading direction; 1 to 200 long."""
    last = _FOLDERS.sub("", file_name)
    # Control, format (direction overrides, zero width), surrogate, private, unassigned.
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in last)
    title = " ".join(unicodedata.normalize("NFC", visible).split())
    return _shorten(title) if title.strip(". ") else UNTITLED


def _shorten(title: str) -> str:
    """The end stays: there stands what kind of file it is."""
    if len(title) <= MAX_TITLE_CHARS:
        return title
    stem, dot, suffix = title.rpartition(".")
    if not dot or len(suffix) > 10:
        return title[:MAX_TITLE_CHARS]
    return f"{stem[: MAX_TITLE_CHARS - len(suffix) - 1]}.{suffix}"


def attachment(title: str, mime_type: str) -> str:
    """Return a Content-Disposition as RFC 6266 has it."""
    extension = EXTENSIONS.get(mime_type, "")
    name = title if title.lower().endswith(extension) else f"{title}{extension}"
    plain = _NOT_IN_HEADERS.sub("_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
