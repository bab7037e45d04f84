"""Bytes of unknown encoding to text: by mark, UTF-8, UTF-16, what the file says, or a guess."""

import codecs
import re

# Enough to tell languages apart; guessing over megabytes costs seconds and is no better.
GUESS_SAMPLE_BYTES = 64 * 1024

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSED = [
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp874"),
    *("cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949"),
]
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
# French is taken for Central European, where these words of its would be "ŕ", "oů", "trčs".
_FRENCH_WORDS = re.compile(rb"(?<![\w\x80-\xff])(?:\xe0|o\xf9|(?:tr|apr)\xe8s)(?![\w\x80-\xff])")
_LETTERS = re.compile(rb"[A-Za-z]")


def decode(data: bytes, declared: str | None = None) -> str:
    """Never fails: bytes that fit no encoding become replacement characters."""
    if encoding := _marked(data) or _unmarked_utf16(data):
        return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(data, declared)


def _marked(data: bytes) -> str | None:
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def _unmarked_utf16(data: bytes) -> str | None:
    """Western text in UTF-16 has a NUL in every other byte."""
    sample = data[:1024]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * len(sample) / 2 and even < odd / 10:
        return "utf-16-le"
    if even > 0.4 * len(sample) / 2 and odd < even / 10:
        return "utf-16-be"
    return None


def _decode_legacy(data: bytes, declared: str | None) -> str:
    for encoding in (declared, _guess(data)):
        if encoding is None:
            continue
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8" if _is_mostly_utf8(data) else "cp1252", errors="replace")


def _guess(data: bytes) -> str | None:
    sample = data[:GUESS_SAMPLE_BYTES]
    high_count = sum(map(len, _HIGH_BYTES.findall(sample)))
    if _is_mostly_utf8(data):
        return None
    # Statistics on so little mislead: "können äöüß" was guessed to be Russian.
    if high_count < 8 and high_count <= len(_LETTERS.findall(sample)):
        return "cp1252"
    # Costs 50 ms to import and is needed for few files.
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_GUESSED).best()
    if best and best.encoding == "cp1250" and _FRENCH_WORDS.search(sample):
        return "cp1252"
    return best.encoding if best else None


def _is_mostly_utf8(data: bytes) -> bool:
    """UTF-8 with a few broken bytes (a cut file, a bad paste), rather than another encoding."""
    sample = data[:GUESS_SAMPLE_BYTES]
    broken = sample.decode("utf-8", errors="replace").count("\ufffd")
    whole = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", sample))
    return whole > 9 * broken
