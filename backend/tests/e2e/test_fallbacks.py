"""What a reader sees in the browser when providers fail: who answered instead, and why."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.browser import troubles_of
from tests.e2e.product import errors_logged, serving
from tests.fakes.openai_server import FakeOpenAI, running

EMAIL, PASSWORD = "ada@example.org", "correct horse battery staple"
QUESTION = "What is it that all patients most dread?"
SAID_UPSTREAM = "fake-n20"
WHY = "openai could not be reached, or answered with errors (provider_down)"


@pytest.fixture
async def upstream() -> AsyncIterator[FakeOpenAI]:
    async with running() as fake:
        fake.state.knobs.fault = "500"
        yield fake


@contextmanager
def depending_on(upstream: FakeOpenAI, folder: Path, *, fallbacks: str) -> Iterator[str]:
    with serving(
        folder,
        LLM_DEFAULT_PROVIDER="openai",
        LLM_OPENAI_BASE_URL=upstream.base_url,
        LLM_OPENAI_MODEL=SAID_UPSTREAM,
        LLM_FALLBACKS=fallbacks,
    ) as url:
        yield url
    assert errors_logged(folder) == []


async def test_a_reply_of_another_provider_says_who_answered_and_why(
    browser: Browser, upstream: FakeOpenAI, tmp_path: Path
) -> None:
    with depending_on(upstream, tmp_path, fallbacks="dummy") as url:
        page = await browser.new_page(base_url=url)
        troubles = troubles_of(page, url)
        await ask_the_sample(page)
        await expect_substitute(page)
        await page.reload()
        await expect_substitute(page)
        await watch_it_rest(page)
        await page.close()
    assert [trouble for trouble in troubles if "503" not in trouble] == []


async def test_where_nobody_answers_there_is_an_apology_and_another_try(
    browser: Browser, upstream: FakeOpenAI, tmp_path: Path
) -> None:
    with depending_on(upstream, tmp_path, fallbacks="") as url:
        page = await browser.new_page(base_url=url)
        troubles = troubles_of(page, url)
        await ask_the_sample(page)
        await expect_apology(page)
        said = page.get_by_role("status").filter(has_text="There is no answer. The provider")
        await expect(said).to_be_attached()
        await expect(page.get_by_role("alert")).to_have_count(0)
        await page.reload()
        await expect_apology(page)

        upstream.state.knobs.fault = ""
        await last_answer(page).get_by_role("button", name="Ask again").click()
        await expect(last_answer(page)).to_have_attribute("aria-busy", "false")
        await expect(last_answer(page)).not_to_contain_text("I am sorry")
        await expect(about(page)).not_to_contain_text("Answered by")
        await page.close()
    assert troubles == []


async def ask_the_sample(page: Page) -> None:
    await page.goto("/register")
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", name="Florence Nightingale")).to_be_visible()
    composer = page.get_by_role("textbox", name="Message Florence Nightingale")
    await composer.fill(QUESTION)
    await composer.press("Enter")
    await expect(last_answer(page)).to_have_attribute("aria-busy", "false")


async def expect_substitute(page: Page) -> None:
    await expect(about(page)).to_contain_text("Answered by dummy")
    await about(page).click()
    told = page.get_by_role("dialog", name="About this answer")
    await expect(told).to_contain_text(f"Answered by dummy: {WHY}.")
    await expect(told).to_contain_text("Written by dummy, extractive")
    await page.keyboard.press("Escape")
    await expect(told).to_be_hidden()


async def watch_it_rest(page: Page) -> None:
    """Three tries of the question and three of the test are enough to leave it alone."""
    await page.get_by_role("button", name="Account of ada").click()
    await page.get_by_role("menuitem", name="Providers").click()
    models = page.get_by_role("region", name="Language models")
    card = models.get_by_role("article", name="openai")
    await expect(card).to_contain_text("Default")
    await expect(card).to_contain_text("could not be reached, or answered with errors")
    await card.get_by_role("button", name="Test now openai").click()
    await expect(card.get_by_role("status")).to_contain_text("The provider")
    await expect(card).to_contain_text("Resting after repeated failures; tries again by itself.")
    well = models.get_by_role("article", name="dummy")
    await well.get_by_role("button", name="Test now dummy").click()
    await expect(well.get_by_role("status")).to_contain_text(re.compile(r"Answered in \d"))


async def expect_apology(page: Page) -> None:
    answer = last_answer(page)
    await expect(answer).to_contain_text("I am sorry, I cannot answer right now")
    await expect(answer).to_contain_text("There is no answer.")
    await expect(about(page)).to_contain_text("No answer")
    await about(page).click()
    await expect(page.get_by_role("dialog", name="About this answer")).to_contain_text(WHY)
    await page.keyboard.press("Escape")


def last_answer(page: Page) -> Locator:
    return page.get_by_role("article", name=re.compile(" answered$")).last


def about(page: Page) -> Locator:
    return last_answer(page).get_by_role("button", name=re.compile("^About this answer"))
