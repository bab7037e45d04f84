"""Giving a clone its documents in a browser: dropped, watched, refused, cancelled, in folders."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import httpx2
import pytest
from playwright.async_api import Browser, CDPSession, Locator, Page, expect

from tests.e2e import handbook
from tests.e2e.conftest import Product
from tests.e2e.furnished import EMAIL, KEEPER, NAME, PASSWORD, log_in
from tests.fixtures.builders import build_pdf

NOTES = "# The lamp\n\nIt burns colza oil.\n\n## Its care\n\nTrim the wick straight across.\n"
PRICES = "thing,price\nwick,3\nlens,900\n"
NO_TEXT = re.compile("no text layer", re.IGNORECASE)
NO_KIND = re.compile("not a text", re.IGNORECASE)
# Slow enough that a hand, or a test, is in time to cancel.
SLOW_BYTES_PER_S = 100_000
LONG_TEXT_FACTS = 60_000
# Over the sidebar.
BESIDE_THE_PAGE = 100


@pytest.fixture(scope="module")
async def http(product: Product) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=product.url, timeout=60) as http:
        account = {"email": EMAIL, "password": PASSWORD, "display_name": NAME}
        answer = (await http.post("/api/auth/register", json=account)).json()
        http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        yield http


@pytest.fixture(scope="module")
async def member(browser: Browser, product: Product, http: httpx2.AsyncClient) -> Page:
    assert http.headers["Authorization"]
    page = await browser.new_page(base_url=product.url)
    await log_in(page)
    return page


@pytest.fixture
async def page(member: Page, http: httpx2.AsyncClient) -> Page:
    """The knowledge of a clone that has none yet."""
    clone = (await http.post("/api/clones", json=KEEPER)).json()
    await member.goto(f"/clones/{clone['id']}/knowledge")
    await expect(member.get_by_text("No documents yet")).to_be_visible()
    return member


async def test_of_five_dropped_files_the_good_are_ready_and_the_bad_say_why(
    page: Page, tmp_path: Path
) -> None:
    files = {
        "notes.md": NOTES.encode(),
        "prices.csv": PRICES.encode(),
        handbook.FILE_NAME: handbook.handbook(),
        "scan.pdf": build_pdf([""]),
        "random.bin": Random(1).randbytes(3000),
    }
    await drop(page, write(tmp_path, files))

    for name in ("notes.md", "prices.csv", handbook.FILE_NAME):
        await expect(row(page, name)).to_contain_text(re.compile(r"Ready.*\d passage"))
    await expect(row(page, "scan.pdf")).to_contain_text(NO_TEXT)
    refused = page.get_by_role("region", name="Uploads").get_by_role("listitem")
    await expect(refused).to_have_count(1)
    await expect(refused).to_contain_text(NO_KIND)
    await expect_counts(page, all_=4, working=0, ready=3, failed=1)

    await row(page, "scan.pdf").get_by_role("button", name="Try scan.pdf again").click()
    await expect(row(page, "scan.pdf")).to_contain_text(NO_TEXT)
    await refused.get_by_role("button", name="Upload random.bin again").click()
    await expect(refused).to_contain_text(NO_KIND)
    await expect_counts(page, all_=4, working=0, ready=3, failed=1)

    actions = row(page, "notes.md").get_by_role("button", name="Actions for notes.md")
    await actions.press("Enter")
    await page.get_by_role("menuitem", name="Delete").press("Enter")
    await page.get_by_role("alertdialog").press("Escape")
    await expect(actions).to_be_focused()

    await page.get_by_role("button", name="Failed 1").click()
    await expect(documents(page)).to_have_count(1)
    await page.get_by_role("link", name="Preparation").click()
    await expect(page.get_by_role("region", name="Stages")).to_contain_text("Ready3")
    await page.get_by_role("button", name="Retry all failed").click()
    await expect(page.get_by_role("region", name="Failed")).to_contain_text(NO_TEXT)


async def test_an_upload_and_a_preparation_can_be_cancelled(page: Page, tmp_path: Path) -> None:
    facts = "\n".join(f"Fact {n}: the keeper wrote {n} lines." for n in range(LONG_TEXT_FACTS))
    line = await throttled(page, SLOW_BYTES_PER_S)
    long = write(tmp_path, {"long.txt": facts.encode()})
    await drop(page, long)
    upload = page.get_by_role("region", name="Uploads").get_by_role("listitem")
    await expect(upload).to_contain_text(re.compile(r"sent · about \d+ s left"))
    await upload.get_by_role("button", name="Cancel long.txt").click()
    await expect(upload).to_have_count(0)
    await expect(page.get_by_text("No documents yet")).to_be_visible()
    await unthrottled(line)

    await drop(page, long)
    await row(page, "long.txt").get_by_role("button", name="Cancel long.txt").click()
    await expect(row(page, "long.txt")).to_contain_text("Cancelled before it was finished")
    await expect_counts(page, all_=1, working=0, ready=0, failed=1)


async def test_a_folder_is_read_to_its_depths_and_names_what_it_has_twice(
    page: Page, tmp_path: Path
) -> None:
    folder = {
        "station/notes.md": NOTES.encode(),
        "station/accounts/1911/prices.csv": PRICES.encode(),
        "station/accounts/copy.md": NOTES.encode(),
        "station/tower.png": b"\x89PNG\r\n\x1a\n",
        "station/.hidden": b"Nobody shall read this.",
    }
    write(tmp_path, folder)
    await drop(page, [tmp_path / "station"], x=BESIDE_THE_PAGE)

    await expect(page.get_by_text("2 files without text stayed in the folder")).to_be_visible()
    uploads = page.get_by_role("region", name="Uploads").get_by_role("listitem")
    twice = uploads.filter(has_text="Already here as")
    await expect(twice).to_be_visible()
    await expect_counts(page, all_=2, working=0, ready=2, failed=0)
    await twice.get_by_role("button", name="“").click()
    await expect(page.get_by_role("region", name="Text")).to_contain_text("It burns colza oil.")


def write(folder: Path, files: dict[str, bytes]) -> list[Path]:
    paths = [folder / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return paths


async def drop(page: Page, paths: list[Path], *, x: int = 640) -> None:
    """As from the file manager: what a script makes up has no folders."""
    devtools = await page.context.new_cdp_session(page)
    files = [str(path) for path in paths]
    data = {"items": [], "files": files, "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        event = {"type": kind, "x": x, "y": 400, "data": data}
        await devtools.send("Input.dispatchDragEvent", event)


async def throttled(page: Page, bytes_per_s: int) -> CDPSession:
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    await _limit(line, bytes_per_s)
    return line


async def unthrottled(line: CDPSession) -> None:
    await _limit(line, -1)


async def _limit(line: CDPSession, upload: int) -> None:
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload}
    await line.send("Network.emulateNetworkConditions", limits)


def documents(page: Page) -> Locator:
    return page.get_by_role("region", name="Documents", exact=True).get_by_role("listitem")


def row(page: Page, title: str) -> Locator:
    return documents(page).filter(has_text=title)


async def expect_counts(page: Page, *, all_: int, working: int, ready: int, failed: int) -> None:
    for label, count in (
        ("All", all_),
        ("In preparation", working),
        ("Ready", ready),
        ("Failed", failed),
    ):
        chip = page.get_by_role("button", name=f"{label} {count}", exact=True)
        await expect(chip).to_be_visible()
