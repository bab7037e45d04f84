"""Have a Chromium for the browser tests: an installed one, else Playwright's, else Debian's."""

import os
import shutil
import subprocess
import sys

from tests.e2e.chromium import find

DOWNLOAD_LIMIT_S = 600


def main() -> None:
    for install in (_from_playwright, _from_debian):
        if find():
            break
        install()
    path = find()
    if path is None:
        sys.exit("The browser tests need Chromium: install it (package chromium), then try again.")
    print(f"Testing with {path}")


def _from_playwright() -> None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    # The system's libraries come with it only where they may be installed.
    if os.geteuid() == 0 and shutil.which("apt-get"):
        command.insert(-1, "--with-deps")
    _try(command)


def _from_debian() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update", "-qq"])
        packages = ["chromium", "fonts-liberation"]
        _try(["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages])


def _try(command: list[str]) -> None:
    print("Running", *command, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, env=environment, timeout=DOWNLOAD_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        print("That took too long.")


if __name__ == "__main__":
    main()
