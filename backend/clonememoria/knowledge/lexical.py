"""Text cut into words the same way for indexing and for asking; pure, knows no database.

Postgres' own parser reads `end.Start` as a host name and a Chinese sentence as one word. Its
dictionaries (stemming, stop words) still run on what comes out of here.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

# Until languages are detected: stems English, and lower-cases everything else.
TEXT_CONFIG: Final = "english"
# Longer ones are hashes and data: nobody asks for them, and a lexeme may have 2 kB.
MAX_WORD_CHARS: Final = 100
# A tsvector may have 1 MB.
MAX_WORDS: Final = 20_000
MAX_QUERY_WORDS: Final = 100
MAX_HEADINGS_CHARS: Final = 500

# Scripts that write no spaces between words: Thai to Khmer, kana, Han, Hangul.
_UNSPACED: Final = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af]+)"
)
# Accents and vowel signs: `\w` has none of them, and would break Hindi words apart.
_MARKS: Final = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u0900-\u0963\u0966-\u0eff\u1000-\u109f\u1780-\u17d3"
)
_ASCII_WORD: Final = re.compile(r"\d+(?:[.,]\d+)+|[a-z0-9]+")
_WORD: Final = re.compile(rf"\d+(?:[.,]\d+)+|(?:[^\W_]|[{_MARKS}])+")


def lexical_text(title: str, heading_path: Sequence[str], content: str) -> str:
    """Return words separated by spaces, for to_tsvector; a chunk is found by its headings too."""
    headings = " ".join((title, *heading_path))[:MAX_HEADINGS_CHARS]
    return " ".join(_words(f"{headings}\n{content}")[:MAX_WORDS])


def lexical_query(question: str) -> str:
    """Return the different words of a question, cut as `lexical_text` cuts, separated by spaces."""
    return " ".join(islice(dict.fromkeys(_words(question)), MAX_QUERY_WORDS))


def _words(text: str) -> list[str]:
    if text.isascii():  # four times as fast, and most texts are
        words = _ASCII_WORD.findall(text.lower())
        is_plain = "," not in text and max(map(len, words), default=0) <= MAX_WORD_CHARS
        return words if is_plain else [_clipped(word) for word in words]
    return list(_words_of_any_script(unicodedata.normalize("NFKC", text).lower()))


def _words_of_any_script(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        if word.isascii() or not _UNSPACED.search(word):
            yield _clipped(word)
        else:
            yield from _cut_unspaced(word)


def _clipped(word: str) -> str:
    return word[:MAX_WORD_CHARS].replace(",", "")


def _cut_unspaced(word: str) -> Iterator[str]:
    """Runs of unspaced script as bigrams; what stands between them, such as a Latin name, whole."""
    for position, part in enumerate(_UNSPACED.split(word)):
        is_run = position % 2 == 1
        if is_run and len(part) > 1:
            yield from (part[start : start + 2] for start in range(len(part) - 1))
        elif part:
            yield part[:MAX_WORD_CHARS]
