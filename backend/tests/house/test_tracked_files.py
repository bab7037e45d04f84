"""Nothing in the repository names a package index or a machine it was written on."""

import re
import shutil
import subprocess

import pytest

from tests.house.sources import ROOT

# In pieces, as the paths below: this file must not name what it looks for.
INDEX_HOSTS = tuple(
    ".".join(parts)
    for parts in (("registry", "npmjs"), ("files", "pythonhosted"), ("pypi", "org/simple"))
)
MACHINE_PATHS = ("/work" + "/", "/home" + "/", "/Users" + "/", "/opt" + "/", "/root" + "/.")


def _tracked_files() -> list[str]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("forbidden", [*INDEX_HOSTS, *MACHINE_PATHS])
def test_no_tracked_file_names(forbidden: str) -> None:
    # A path begins a word; the same letters inside a URL's path are none.
    pattern = re.compile(rb"(?<![\w.-])" + re.escape(forbidden.encode()))
    found = [name for name in _tracked_files() if pattern.search((ROOT / name).read_bytes())]
    assert found == []
