"""Numbers as Excel shows them: what a cell's format makes of percent, currency, date and time."""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from msgspec import Struct

# ECMA-376 part 1, 18.8.30: known by number, and never written into the file.
BUILT_IN: Final = {
    **dict(enumerate(("0", "0.00", "#,##0", "#,##0.00"), start=1)),
    **dict(enumerate(("0%", "0.00%"), start=9)),
    **dict.fromkeys((14, 15, 16, *range(27, 37), *range(50, 59)), "yyyy-mm-dd"),
    17: "yyyy-mm",
    **dict.fromkeys((18, 20), "h:mm"),
    **dict.fromkeys((19, 21), "h:mm:ss"),
    22: "yyyy-mm-dd h:mm",
    **dict.fromkeys((37, 38), "#,##0;(#,##0)"),
    **dict.fromkeys((39, 40), "#,##0.00;(#,##0.00)"),
    **dict.fromkeys((41, 42), "#,##0;-#,##0"),
    **dict.fromkeys((43, 44), "#,##0.00;-#,##0.00"),
    **dict.fromkeys((45, 47), "mm:ss"),
    46: "[h]:mm:ss",
}
GENERAL: Final = "General"

# Literals, what only colours or aligns, digits, dates, all else.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<elapsed>[hms]+)\]|\[[^\]]*\]|(?P<ampm>am/pm|a/p)|(?P<general>general)"
    r"|(?P<digits>[0#?][0#?.,]*|\.[0#?]+)|(?P<exponent>e[+-])|(?P<dates>[ymdhsge]+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_SECTION_END = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_LITERALS = {"quoted", "escaped", "currency", "other"}
# Day 0 of the two ways to count; the older one has a 29 February 1900 that never was.
_EPOCH_1900 = datetime(1899, 12, 30, tzinfo=UTC)
_EPOCH_1904 = datetime(1904, 1, 1, tzinfo=UTC)
_PHANTOM_DAY = 60
_LAST_DAY = 2_958_465
# Beyond, decimals would need more than their usual 28 digits.
_MAX_EXPONENT = 26


class Section(Struct, frozen=True):
    """What one of the up to four parts of a format says; `dates` holds its letters in order."""

    prefix: str
    suffix: str
    digits: str
    dates: str
    is_elapsed: bool
    is_general: bool


def shown(value: float, code: str, *, counts_from_1904: bool = False) -> str:
    sections = _sections(code)
    section = sections[0]
    if section.dates or section.is_elapsed:
        return _date(value, section, counts_from_1904)
    has_own_sign = value < 0 and len(sections) > 1
    if has_own_sign:
        section = sections[1]
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if section.is_general:
        return _general(value)
    number = _number(abs(value), section)
    return f"-{number}" if value < 0 and not has_own_sign else number


@lru_cache(maxsize=1000)
def _sections(code: str) -> tuple[Section, ...]:
    return tuple(map(_section, _SECTION_END.split(code)[:3]))


def _section(code: str) -> Section:
    prefix = suffix = ""
    found: dict[str, str] = dict.fromkeys(("digits", "dates"), "")
    is_general = "@" in code
    for token in _TOKEN.finditer(code):
        kind = token.lastgroup or ""
        # Digits in two places, as in a telephone number, or in a fraction.
        is_general |= kind in {"general", "exponent"} or bool(kind == "digits" and found[kind])
        if kind in _LITERALS and found["digits"]:
            suffix += token[kind]
        elif kind in _LITERALS:
            prefix += token[kind]
        elif kind:
            found[kind] = found.get(kind, "") + token[0].lower()
    is_general |= not (found["digits"] or prefix)
    is_elapsed = "elapsed" in found
    return Section(prefix, suffix, found["digits"], found["dates"], is_elapsed, is_general)


def _general(value: float) -> str:
    """Fifteen digits, which is what Excel keeps."""
    number = Decimal(f"{value:.15g}")
    exponent = number.adjusted()
    return f"{number.normalize():f}" if -10 < exponent < 21 else f"{value:.15g}"


def _number(value: float, section: Section) -> str:
    whole, _, fraction = section.digits.partition(".")
    number = Decimal(repr(value)) * 100 ** (section.prefix + section.suffix).count("%")
    thousands = len(section.digits) - len(section.digits.rstrip(","))
    number /= 1000**thousands
    places = sum(fraction.count(mark) for mark in "0#?")
    if number.adjusted() > _MAX_EXPONENT - places:
        return _general(value)
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    separator = "," if "," in whole.rstrip(",") else ""
    text = f"{rounded:{separator}f}"
    if spare := places - fraction.count("0"):
        text = _without_zeros(text, spare)
    text = text.zfill(whole.count("0") + len(text) - len(text.partition(".")[0]))
    is_blank = rounded == 0 and "0" not in section.digits
    return f"{section.prefix}{'' if is_blank else text}{section.suffix}".strip()


def _without_zeros(text: str, at_most: int) -> str:
    kept = text.rstrip("0")
    return text[: max(len(kept), len(text) - at_most)].rstrip(".")


def _date(value: float, section: Section, counts_from_1904: bool) -> str:
    """Dates as ISO 8601 writes them, in every country the same; times without zero seconds."""
    if not 0 <= value <= _LAST_DAY:
        return _general(value)
    if section.is_elapsed:
        minutes, seconds = divmod(round(value * 86_400), 60)
        return f"{minutes // 60}:{minutes % 60:02}{f':{seconds:02}' if seconds else ''}"
    epoch = _EPOCH_1904 if counts_from_1904 else _EPOCH_1900
    days = value + (not counts_from_1904 and value < _PHANTOM_DAY)
    moment = epoch + timedelta(seconds=round(days * 86_400))
    time = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    has_time = "h" in section.dates or "s" in section.dates
    if has_time and not set(section.dates) & set("yd"):
        return time
    day = _day(moment, section.dates)
    return f"{day} {time}" if has_time else day


def _day(moment: datetime, dates: str) -> str:
    if "d" not in dates and "y" in dates and "h" not in dates:
        return f"{moment.year}-{moment.month:02}" if "m" in dates else str(moment.year)
    return moment.date().isoformat()
