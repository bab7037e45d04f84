"""Which files of a folder are meant to be read, and which are left out and why; opens none."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path


@dataclass(slots=True)
class Listing:
    """Paths are relative to the folder. `unmatched` files are of another pattern."""

    files: list[Path] = field(default_factory=list)
    left_out: dict[Path, str] = field(default_factory=dict)
    unmatched: int = 0


def list_folder(folder: Path, *, pattern: str) -> Listing:
    """`pattern` is of a name, or of a path in the folder, such as "*.md" or "letters/*"."""
    listing = Listing()
    root = folder.resolve()
    for entry in _entries(root, listing):
        path = Path(entry.path).relative_to(root)
        if reason := _why_not(entry, root):
            listing.left_out[path] = reason
        elif fnmatch(entry.name, pattern) or fnmatch(str(path), pattern):
            listing.files.append(path)
        else:
            listing.unmatched += 1
    listing.files.sort()
    return listing


def _entries(root: Path, listing: Listing) -> Iterator["os.DirEntry[str]"]:
    """All that is no folder, but for hidden ones. Without recursion: folders may be very deep."""
    open_folders = [root]
    while open_folders:
        folder = open_folders.pop()
        try:
            with os.scandir(folder) as entries:
                found = list(entries)
        except OSError as error:
            listing.left_out[folder.relative_to(root)] = f"cannot be opened: {error.strerror}"
            continue
        for entry in found:
            if entry.is_dir(follow_symlinks=False) and not _is_hidden(entry):
                open_folders.append(folder / entry.name)
            else:
                yield entry


def _is_hidden(entry: "os.DirEntry[str]") -> bool:
    return entry.name.startswith(".")


def _why_not(entry: "os.DirEntry[str]", root: Path) -> str:
    if _is_hidden(entry):
        return "hidden"
    if entry.is_symlink():
        return _why_not_link(Path(entry.path), root)
    return "" if entry.is_file() else "not a file"


def _why_not_link(link: Path, root: Path) -> str:
    # Resolving a circle of links raises RuntimeError before Python 3.13, OSError since.
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere"
    if not target.is_relative_to(root):
        return "a link that leads out of the folder"
    if any(part.startswith(".") for part in target.relative_to(root).parts):
        return "a link to something hidden"
    return "" if target.is_file() else "a link to a folder, which is read where it is"
