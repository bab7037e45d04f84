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


def decode(data: bytes, declared: str | None = None) -> str:
    """Never fails: bytes that fit no encoding become replacement characters."""
    encoding = _marked(data) or _unmarked_utf16(data) or "utf-8"
    try:
        return data.decode(encoding)
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
    runs = _HIGH_BYTES.findall(data, 0, GUESS_SAMPLE_BYTES)
    high = sum(map(len, runs))
    if _is_mostly_utf8(data):
        return None
    # Western letters with accents stand alone between ASCII ones; statistics on a few lines of
    # them mislead (24 bytes of German were guessed to be Chinese).
    if high < 200 and high <= 1.5 * len(runs):
        return "cp1252"
    # Costs 50 ms to import and is needed for few files.
    from charset_normalizer import from_bytes

    best = from_bytes(data[:GUESS_SAMPLE_BYTES], cp_isolation=_GUESSED).best()
    return best.encoding if best else None


def _is_mostly_utf8(data: bytes) -> bool:
    """UTF-8 with a few broken bytes (a cut file, a bad paste), rather than another encoding."""
    sample = data[:GUESS_SAMPLE_BYTES]
    broken = sample.decode("utf-8", errors="replace").count("\ufffd")
    whole = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", sample))
    return whole > 9 * broken
