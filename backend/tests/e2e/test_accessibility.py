"""Each screen is held to WCAG 2.2 AA by axe-core, in light, in dark and on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # has none
from playwright.async_api import Browser, Page

from tests.e2e.conftest import Product
from tests.e2e.furnished import Furnished, furnish
from tests.e2e.screens import LOOKS, Look, visit_all

STANDARD = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


@pytest.fixture(scope="module")
async def furnished(product: Product) -> Furnished:
    return await furnish(product.url)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
async def test_every_screen_is_accessible(
    look: Look, browser: Browser, furnished: Furnished
) -> None:
    violations = [
        f"{screen.name}: {violation}"
        async for screen, page in visit_all(browser, furnished, look)
        for violation in await _violations(page)
    ]
    assert violations == []


async def _violations(page: Page) -> list[str]:
    results = await Axe().run(page, options=STANDARD)
    return [line for violation in results.response["violations"] for line in _lines(violation)]


def _lines(violation: dict[str, Any]) -> Iterator[str]:
    for node in violation["nodes"]:
        yield f"{violation['id']} at {node['target']}: {node['failureSummary']}"
