"""Real documents with what is expected of each: beside the checkout, or those of the tests."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from bench.processes import ROOT

FOLDERS: Final = (
    ROOT.parent / "shared" / "docs",
    ROOT / "backend" / "tests" / "fixtures" / "documents",
)
# Where the text of a page breaks, fonts hide these.
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")

Expected = Literal["ok", "clear-error", "ok-or-clear-error", "degraded"]


class Case(msgspec.Struct, frozen=True):
    file: str
    expected: Expected
    must_contain: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        return path_of(self.file).read_bytes()


class Manifest(msgspec.Struct, frozen=True):
    files: list[Case]


def cases() -> Sequence[Case]:
    manifest = _folder() / "manifest.json"
    return msgspec.json.decode(manifest.read_bytes(), type=Manifest).files


def path_of(file: str) -> Path:
    folder = _folder()
    inner = folder / "files" / file
    return inner if inner.exists() else folder / file


def contains(text: str, wanted: str) -> bool:
    return _plain(wanted) in _plain(text)


def _plain(text: str) -> str:
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(visible.split())


def _folder() -> Path:
    return next(folder for folder in FOLDERS if (folder / "manifest.json").exists())
