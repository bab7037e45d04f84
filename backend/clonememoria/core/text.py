"""Text as it may come from a client: what the database cannot store is refused at the door."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

# NUL and lone surrogates become driver errors further in; other controls have no use in text.
UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def storable(value: str) -> str:
    if UNSTORABLE.search(value):
        raise ValueError("contains control characters or broken Unicode")
    return value


def one_line(value: str) -> str:
    return " ".join(value.split())


def without_unstorable(value: str) -> str:
    return UNSTORABLE.sub("", value)


ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200),
    AfterValidator(storable),
    AfterValidator(one_line),
]
LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(storable)
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(storable),
    AfterValidator(one_line),
]
