"""Readable addresses from names in any script; whether one is free, only the database knows."""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from typing import Final
from uuid import UUID

MAX_LENGTH: Final = 60
NAMELESS: Final = "clone"
# Accents of Latin, Greek and Cyrillic go; vowel signs of other scripts are part of the word.
ACCENTS: Final = re.compile(r"[\u0300-\u036f]")


def slug_of(name: str) -> str:
    """`Dr. Zoë Müller` becomes `dr-zoe-muller`; never the form of an id."""
    bare = ACCENTS.sub("", unicodedata.normalize("NFKD", name).lower())
    letters = unicodedata.normalize("NFC", bare)
    words = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in letters).split()
    slug = "-".join(words)[:MAX_LENGTH].strip("-")
    return f"{NAMELESS}-{slug}" if _is_id(slug) else slug or NAMELESS


def free_slug_candidates(name: str) -> Iterator[str]:
    slug = slug_of(name)
    yield slug
    while True:
        yield f"{slug}-{secrets.token_hex(3)}"


def _is_id(slug: str) -> bool:
    try:
        UUID(slug)
    except ValueError:
        return False
    return True
