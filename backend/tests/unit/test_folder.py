"""What an import takes from a folder, and what it leaves there."""

import os
from pathlib import Path

import pytest

from clonememoria.knowledge.folder import list_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    for name in ("a.md", "b.txt", "old/c.md", "old/deep/d.md", ".git/config", "old/.hidden"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "secret.md").write_text("not in the folder")
    return folder


def test_all_files_of_all_folders_are_found_but_hidden_ones(folder: Path) -> None:
    listing = list_folder(folder, pattern="*")
    assert [str(path) for path in listing.files] == ["a.md", "b.txt", "old/c.md", "old/deep/d.md"]
    assert listing.left_out == {Path(".git"): "hidden", Path("old/.hidden"): "hidden"}
    assert listing.unmatched == 0


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("*.md", ["a.md", "old/c.md", "old/deep/d.md"]),
        ("old/*", ["old/c.md", "old/deep/d.md"]),
        ("[ab].*", ["a.md", "b.txt"]),
        ("*.pdf", []),
    ],
)
def test_a_pattern_is_of_names_or_of_paths(folder: Path, pattern: str, files: list[str]) -> None:
    listing = list_folder(folder, pattern=pattern)
    assert [str(path) for path in listing.files] == files
    assert listing.unmatched == 4 - len(files)


def test_no_link_leads_out_of_the_folder_or_around_in_it(folder: Path) -> None:
    links = {
        "inside.md": "old/c.md",
        "outside.md": "../secret.md",
        "parent": "..",
        "round": "old",
        "old/self": "self",
        "broken": "nothing",
        "to-hidden": ".git/config",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe")
    listing = list_folder(folder, pattern="*")
    assert Path("inside.md") in listing.files
    assert len(listing.files) == 5
    assert {str(path): reason for path, reason in listing.left_out.items()} == {
        ".git": "hidden",
        "old/.hidden": "hidden",
        "outside.md": "a link that leads out of the folder",
        "parent": "a link that leads out of the folder",
        "round": "a link to a folder, which is read where it is",
        "old/self": "a link that leads nowhere",
        "broken": "a link that leads nowhere",
        "to-hidden": "a link to something hidden",
        "pipe": "not a file",
    }


def test_a_folder_may_itself_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert len(list_folder(tmp_path / "link", pattern="*").files) == 4
