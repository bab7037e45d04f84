"""The main job from end to end, as a newcomer does it in a browser."""

import re
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e import handbook
from tests.e2e.browser import troubles_of
from tests.e2e.conftest import Product
from tests.e2e.recorder import record_patches, record_texts, texts_of
from tests.e2e.sound import LISTEN, LOUD_ENOUGH, is_heard

EMAIL, PASSWORD = "ada@example.org", "correct horse battery staple"
DAMAGED = Path(__file__).parents[1] / "fixtures" / "documents" / "docx_truncated.docx"
CLONE = "Keeper of Halden Point"
# Each reply arrives in many more; so many prove that nobody held it back.
MIN_STEPS = 5
TEMPERATURE = 0.4


async def test_a_newcomer_makes_a_clone_that_answers_from_a_document(
    browser: Browser, product: Product
) -> None:
    page = await browser.new_page(base_url=product.url)
    await page.add_init_script(LISTEN)
    troubles = troubles_of(page, product.url)

    await register(page)
    await ask_a_suggested_question(page)
    await open_a_citation(page, "Notes on Nursing")
    await make_a_clone(page)
    await add_documents(page)
    await ask_about_the_handbook(page)
    await listen(page)
    await change_a_setting(page)
    await stop_a_reply(page)
    await come_back_later(page)

    assert troubles == []
    await page.close()


async def register(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("link", name="Register").click()
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", name="Florence Nightingale")).to_be_visible()


async def ask_a_suggested_question(page: Page) -> None:
    suggestion = page.get_by_role("region", name="Suggested questions").get_by_role("button").first
    question = await suggestion.inner_text()
    growing = await record_texts(page, "article[aria-busy=true] .prose")
    await suggestion.click()
    await expect(page.get_by_role("article", name="You asked")).to_contain_text(question)
    answer = await finished_answer(page)
    await expect(page.get_by_role("status").filter(has_text="Answer complete")).to_be_attached()

    steps = [len(text) for text in await texts_of(growing)]
    assert len(steps) >= MIN_STEPS, steps
    assert steps == sorted(steps), "the text only grows"
    assert steps[0] < len(await answer.inner_text()) / 2, "it begins to show before it is complete"


async def open_a_citation(page: Page, document: str) -> None:
    chip = last_answer(page).get_by_role("button", name=re.compile("Source 1")).first
    await chip.click()
    sources = page.get_by_role("complementary", name="Sources")
    await expect(sources.get_by_role("button", pressed=True)).to_contain_text(document)
    passage = sources.get_by_test_id("passage")
    await expect(passage).to_be_in_viewport()
    await expect(passage).not_to_be_empty()


async def make_a_clone(page: Page) -> None:
    await page.get_by_role("link", name="All clones").click()
    await page.get_by_role("link", name="New clone").click()
    await page.get_by_label("Name", exact=True).fill(CLONE)
    await page.get_by_label("About").fill("I keep the light, and I know the handbook by heart.")
    await page.get_by_role("button", name="Next: Voice and style").click()
    await page.get_by_label("Greeting").fill("The light is lit. What do you wish to know?")
    await page.get_by_role("button", name="Next: Knowledge").click()
    await page.get_by_role("button", name="Next: Review").click()
    await expect(page.get_by_label("Instructions to the model")).to_have_value(re.compile(CLONE))
    await page.get_by_role("button", name="Create clone").click()
    await expect(page.get_by_role("heading", name="The light is lit.")).to_be_visible()


async def add_documents(page: Page) -> None:
    await page.get_by_role("link", name="Knowledge").click()
    await expect(page.get_by_text("Drop files or folders anywhere")).to_be_visible()
    progress = await record_texts(page, "li:has([role=progressbar])")
    await page.get_by_label("Files to add").set_input_files(
        {"name": handbook.FILE_NAME, "mimeType": "application/pdf", "buffer": handbook.handbook()}
    )
    read = page.get_by_role("listitem").filter(has_text=handbook.FILE_NAME)
    await expect(read).to_contain_text("Ready")
    await expect(read).to_contain_text("3 pages")
    assert await texts_of(progress), "its way was to be watched"

    await page.get_by_label("Files to add").set_input_files(DAMAGED)
    damaged = page.get_by_role("listitem").filter(has_text=DAMAGED.name)
    await expect(damaged).to_contain_text(re.compile("damaged|corrupt", re.IGNORECASE))
    await expect(read).to_contain_text("Ready")


async def ask_about_the_handbook(page: Page) -> None:
    await page.get_by_role("link", name="Chat", exact=True).click()
    await ask(page, handbook.QUESTION)
    answer = await finished_answer(page)
    await expect(answer).to_contain_text(handbook.ANSWER)
    name = re.compile(f"Source 1: .*, page {handbook.ANSWER_PAGE}$")
    await answer.get_by_role("button", name=name).click()
    passage = page.get_by_role("complementary", name="Sources").get_by_test_id("passage")
    await expect(passage).to_contain_text(handbook.ANSWER)


async def listen(page: Page) -> None:
    speak = last_answer(page).get_by_test_id("speak")
    player = page.get_by_role("region", name="Reading aloud")
    await speak.click()
    await expect(speak).to_have_accessible_name("Stop reading")
    await expect(player).to_contain_text("Sentence 1 of ")
    await page.wait_for_function(is_heard(LOUD_ENOUGH))
    await speak.click()
    await expect(player).to_be_hidden()
    await expect(speak).to_have_accessible_name("Read aloud")


async def change_a_setting(page: Page) -> None:
    await page.get_by_role("link", name="Settings", exact=True).click()
    await page.get_by_role("tab", name="Model").click()
    await page.get_by_label("Temperature").fill(str(TEMPERATURE))
    patches = await record_patches(page)
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("region", name="Unsaved changes")).to_be_hidden()
    assert await patches.json_value() == [{"temperature": TEMPERATURE}]
    await page.reload()
    await expect(page.get_by_label("Temperature")).to_have_value(str(TEMPERATURE))


async def stop_a_reply(page: Page) -> None:
    await page.get_by_role("link", name="Chat", exact=True).click()
    await ask(page, "What is said about the lens, the oil, the wick and the log?")
    await expect(last_answer(page).locator(".prose")).to_contain_text(re.compile(r"\w+ \w+ \w+"))
    await page.get_by_role("button", name="Stop", exact=True).click()
    await expect(last_answer(page)).to_contain_text("Stopped by you")


async def come_back_later(page: Page) -> None:
    """What was said stays, through a reload and through logging out and in again."""
    kept = await last_answer(page).locator(".prose").inner_text()
    assert kept
    await page.reload()
    await expect_kept(page, kept)

    await page.get_by_role("button", name="Account of ada").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect_kept(page, kept)


async def expect_kept(page: Page, answer: str) -> None:
    await expect(page.get_by_role("article", name="You asked")).to_have_count(1)
    await expect(last_answer(page).locator(".prose")).to_have_text(answer, use_inner_text=True)
    await expect(last_answer(page)).to_contain_text("Stopped by you")


async def ask(page: Page, question: str) -> None:
    composer = page.get_by_role("textbox", name=f"Message {CLONE}")
    await composer.fill(question)
    await composer.press("Enter")


def last_answer(page: Page) -> Locator:
    return page.get_by_role("article", name=re.compile(" answered$")).last


async def finished_answer(page: Page) -> Locator:
    answer = last_answer(page)
    await expect(answer).to_have_attribute("aria-busy", "false")
    return answer
