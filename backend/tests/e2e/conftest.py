"""A browser, and a running product that nobody has used yet."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, expect

from tests.e2e import chromium
from tests.e2e.browser import launched
from tests.e2e.product import errors_logged, serving

# A loaded machine is slow, but what does not come within this does not come.
WAIT_MS = 30_000
# So that a reader, and the test, sees tokens arrive one by one.
TOKEN_DELAY_MS = "40"


@dataclass(frozen=True)
class Product:
    url: str


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = chromium.find()
    assert path, "There is no Chromium: `make test` installs one, or install the package chromium."
    return path


@pytest.fixture(scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    expect.set_options(timeout=WAIT_MS)
    async with launched(chromium_path) as browser:
        yield browser


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("product")
    with serving(folder, LLM_DUMMY_DELAY_MS=TOKEN_DELAY_MS) as url:
        yield Product(url)
    assert errors_logged(folder) == []
