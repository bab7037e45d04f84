"""Chromium as the tests drive it, and an ear for everything that goes wrong in a page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
]
WITHOUT_NETWORK = ("data:", "blob:")


@asynccontextmanager
async def launched(executable: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


def troubles_of(page: Page, address: str) -> list[str]:
    """A list that fills with errors of the console and the page, and requests to others."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            found.append(f"console: {message.text} ({message.location})")

    def see(request: Request) -> None:
        if not request.url.startswith((f"{address}/", *WITHOUT_NETWORK)):
            found.append(f"asked another server: {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(f"page: {error}"))
    page.on("request", see)
    return found
