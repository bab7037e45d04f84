"""Remembers what a page showed, also what stood for a moment only, and what it sent."""

from playwright.async_api import JSHandle, Page

_TEXTS = """selector => {
  const seen = []
  const look = () => {
    const text = [...document.querySelectorAll(selector)].at(-1)?.innerText.trim()
    if (text && text !== seen.at(-1)) seen.push(text)
  }
  look()
  const whole = { subtree: true, childList: true, characterData: true, attributes: true }
  new MutationObserver(look).observe(document.body, whole)
  return seen
}"""

# Chromium does not tell the bodies of cloned requests, and the web UI clones each to repeat it.
_PATCHES = """() => {
  const bodies = []
  const send = window.fetch
  window.fetch = async (request, ...options) => {
    if (request.method === "PATCH") bodies.push(await request.clone().json())
    return send(request, ...options)
  }
  return bodies
}"""


async def record_texts(page: Page, selector: str) -> JSHandle:
    """What the last element that matches shows, whenever that changes; a reload ends it."""
    return await page.evaluate_handle(_TEXTS, selector)


async def record_patches(page: Page) -> JSHandle:
    """The JSON of each PATCH; a reload ends it."""
    return await page.evaluate_handle(_PATCHES)


async def texts_of(recording: JSHandle) -> list[str]:
    texts: list[str] = await recording.json_value()
    return texts
