"""What stands before a chunk when it is embedded; pure."""

from collections.abc import Sequence
from typing import Final

MAX_CONTEXT_CHARS: Final = 200


def context_of(title: str, heading_path: Sequence[str]) -> str:
    """A chunk alone does not say what it is about."""
    return " > ".join((title, *heading_path))[:MAX_CONTEXT_CHARS]


def in_context(context: str, content: str) -> str:
    return f"{context}\n{content}"
