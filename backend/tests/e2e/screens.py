"""Every screen of the web UI: where it is, and what shows that it is complete."""

import re
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Literal

from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.e2e.furnished import Furnished, log_in

DESKTOP, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)


@dataclass(frozen=True)
class Look:
    name: str
    theme: Literal["light", "dark"]
    viewport: ViewportSize


LOOKS = (
    Look("light", "light", DESKTOP),
    Look("dark", "dark", DESKTOP),
    Look("phone", "light", PHONE),
)


@dataclass(frozen=True)
class Screen:
    """`shows` is a text that comes last; `press` names a button to be pressed first."""

    name: str
    path: str
    shows: str
    press: str | None = None
    on_phones_only: bool = False


# Comes apart from the page, and stands outside of a dialog.
FRAME = "[aria-label^='Account of'], [aria-label='Open the menu']"
STILL_LOADING = ".animate-pulse"
HOVER_CARD = "[data-radix-popper-content-wrapper]:not(:has([role=dialog], [role=menu]))"
SETTLED = """async () => {
  await document.fonts.ready
  const moving = document.getAnimations().filter(
    animation => animation.effect.getComputedTiming().endTime !== Infinity,
  )
  await Promise.allSettled(moving.map(animation => animation.finished))
}"""

CONVERSATION = "/chat/{sample_id}/{conversation_id}"
KNOWLEDGE = "/clones/{keeper_id}/knowledge"
MEMORY = "/clones/{keeper_id}/memory"
SETTINGS = "/clones/{keeper_id}/settings?tab="

FOR_GUESTS = (
    Screen("login", "/login", "Welcome back"),
    Screen("register", "/register", "Create your account"),
    Screen("register-refused", "/register", "Choose a password.", press="Create account"),
    Screen("not-found", "/nowhere", "There is nothing here"),
)
FOR_MEMBERS = (
    Screen("gallery", "/", "Lighthouse keeper"),
    Screen("gallery-published", "/?tab=published", "Nurse, statistician and reformer"),
    Screen("gallery-empty", "/?q=nobody", "No clone matches"),
    Screen("wizard-identity", "/clones/new", "Credentials (optional)"),
    Screen("wizard-style", "/clones/new?step=style", "Length of answers"),
    Screen("wizard-knowledge", "/clones/new?step=knowledge", "Choose files"),
    Screen("wizard-review", "/clones/new?step=review", "Instructions to the model"),
    Screen("knowledge", KNOWLEDGE, "1 document failed"),
    Screen("knowledge-failed", KNOWLEDGE + "?show=failed", "docx_truncated.docx"),
    Screen("knowledge-nothing", KNOWLEDGE + "?q=nowhere", "No document matches"),
    Screen("knowledge-menu", KNOWLEDGE, "Replace by a new version", press="Actions for handbook"),
    Screen("knowledge-paste", KNOWLEDGE, "Title", press="Paste text"),
    Screen("knowledge-document", KNOWLEDGE + "?document={handbook_id}", "6 passages"),
    Screen("memory", MEMORY, "docx_truncated.docx"),
    Screen("memory-emptying", MEMORY, "All passages are removed", press="Empty the memory"),
    Screen("chat-new", "/chat/{sample_id}", "the health of houses?"),
    Screen("chat", CONVERSATION, "Irresolution is what"),
    Screen("chat-sources", CONVERSATION, "leave the sick room quickly", press="Source "),
    Screen("chat-about", CONVERSATION, "Written by dummy", press="About this answer"),
    Screen("chat-speaking", CONVERSATION, "Sentence 1 of", press="Read aloud"),
    Screen("chat-missing", "/chat/00000000-0000-7000-8000-000000000000", "could not be loaded"),
    Screen("menu", CONVERSATION, "All clones", press="Open the menu", on_phones_only=True),
    Screen("settings-persona", SETTINGS + "persona", "Length of answers"),
    Screen("settings-model", SETTINGS + "model", "Longest answer"),
    Screen("settings-model-tested", SETTINGS + "model", "Answered in", press="Test model"),
    Screen("settings-voice", SETTINGS + "voice", "Read aloud"),
    Screen("settings-retrieval", SETTINGS + "retrieval", "Passages per answer"),
    Screen("settings-publish", SETTINGS + "publish", "Delete this clone"),
    Screen("settings-delete", SETTINGS + "publish", "Delete for good", press="Delete clone"),
    Screen("account", "/account", "Change password"),
    Screen("providers", "/providers", "pgvector"),
    Screen("providers-tested", "/providers", "Answered in", press="Test now"),
)


async def visit_all(
    browser: Browser, furnished: Furnished, look: Look
) -> AsyncIterator[tuple[Screen, Page]]:
    """Each screen as it looks when nothing moves any more."""
    context = await browser.new_context(
        base_url=furnished.url,
        viewport=look.viewport,
        color_scheme=look.theme,
        has_touch=look.viewport == PHONE,
        reduced_motion="reduce",
    )
    page = await context.new_page()
    for screen in FOR_GUESTS:
        await _visit(page, screen, furnished)
        yield screen, page
    await log_in(page)
    for screen in FOR_MEMBERS:
        if look.viewport == PHONE or not screen.on_phones_only:
            await _visit(page, screen, furnished)
            await expect(page.locator(FRAME).first).to_be_attached()
            yield screen, page
    await context.close()


async def _visit(page: Page, screen: Screen, furnished: Furnished) -> None:
    await page.goto(screen.path.format(**asdict(furnished)))
    if screen.press:
        await page.get_by_role("button", name=re.compile(f"^{screen.press}")).last.click()
        await page.mouse.move(0, 0)
    shown = page.get_by_text(screen.shows).filter(visible=True)
    await expect(shown.first).to_be_visible()
    await expect(page.locator(STILL_LOADING).or_(page.locator(HOVER_CARD))).to_have_count(0)
    await page.evaluate(SETTLED)
