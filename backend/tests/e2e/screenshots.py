"""Takes the README's picture of the running product, and of every screen to look at."""

import argparse
import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.e2e import chromium
from tests.e2e.browser import launched
from tests.e2e.furnished import Furnished, furnish
from tests.e2e.product import serving
from tests.e2e.screens import LOOKS, visit_all

ROOT = Path(__file__).parents[3]
README_PICTURE = ROOT / "docs" / "images" / "chat.png"
README_SCREEN = "chat-sources"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--all", type=Path, metavar="FOLDER", help="every screen in every look")
    folder: Path | None = options.parse_args().all
    path = chromium.find()
    if path is None:
        raise SystemExit("There is no Chromium: `make test` installs one.")
    with tempfile.TemporaryDirectory() as data, serving(Path(data)) as url:
        asyncio.run(_take(path, url, folder))


async def _take(chromium_path: str, url: str, folder: Path | None) -> None:
    furnished = await furnish(url)
    async with launched(chromium_path) as browser:
        await _take_readme_picture(browser, furnished)
        if folder:
            await _take_all(browser, furnished, folder)


async def _take_readme_picture(browser: Browser, furnished: Furnished) -> None:
    async for screen, page in visit_all(browser, furnished, LOOKS[0]):
        if screen.name == README_SCREEN:
            await _save(page, README_PICTURE)


async def _take_all(browser: Browser, furnished: Furnished, folder: Path) -> None:
    for look in LOOKS:
        async for screen, page in visit_all(browser, furnished, look):
            await _save(page, folder / look.name / f"{screen.name}.png")


async def _save(page: Page, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=path, caret="hide")
    print(path)


if __name__ == "__main__":
    main()
