"""A reply is read aloud: it is heard, its sentence is marked, one jumps about and stops it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.e2e.browser import troubles_of
from tests.e2e.conftest import Product
from tests.e2e.furnished import EMAIL, PASSWORD, QUESTIONS, log_in
from tests.e2e.sound import LISTEN, LOUD_ENOUGH, clock_of, is_heard, mark_of, place_of

VOICES = ("dummy", "espeak")


@dataclass(frozen=True)
class Talk:
    """A conversation with a clone whose settings `http` may change."""

    clone_id: str
    conversation_id: str
    http: httpx2.AsyncClient


@pytest.fixture(scope="module")
async def talk(product: Product) -> AsyncIterator[Talk]:
    async with httpx2.AsyncClient(base_url=product.url, timeout=60) as http:
        account = {"email": EMAIL, "password": PASSWORD}
        registered = await http.post("/api/auth/register", json=account)
        http.headers["Authorization"] = f"Bearer {registered.json()['access_token']}"
        [clone] = (await http.get("/api/clones")).json()
        reply = await http.post(f"/api/chat/{clone['id']}", json={"content": QUESTIONS[1]})
        yield Talk(clone["id"], reply.json()["conversation_id"], http)


@pytest.fixture
async def page(browser: Browser, product: Product) -> AsyncIterator[Page]:
    page = await browser.new_page(base_url=product.url)
    troubles = troubles_of(page, product.url)
    await page.add_init_script(LISTEN)
    await log_in(page)
    yield page
    assert troubles == []
    await page.close()


async def use_voice(talk: Talk, provider: str) -> None:
    offered = (await talk.http.get("/api/providers")).json()["tts"]
    if provider not in {tts["name"] for tts in offered if tts["configured"]}:
        pytest.skip(f"{provider} is not installed here: run `make extras`")
    settings = {"tts_provider": provider, "tts_speed": 1.0}
    changed = await talk.http.patch(f"/api/clones/{talk.clone_id}/settings", json=settings)
    assert changed.status_code == 200, changed.text


async def read_aloud(page: Page, talk: Talk) -> Locator:
    """The player."""
    await page.goto(f"/chat/{talk.clone_id}/{talk.conversation_id}")
    await page.get_by_role("button", name="Read aloud").last.click()
    player = page.get_by_role("region", name="Reading aloud")
    await expect(player).to_have_attribute("data-state", "playing")
    return player


@pytest.mark.parametrize("provider", VOICES)
async def test_a_reply_is_heard_while_its_sentence_is_marked(
    page: Page, talk: Talk, provider: str
) -> None:
    await use_voice(talk, provider)
    player = await read_aloud(page, talk)

    await page.wait_for_function(is_heard(LOUD_ENOUGH))
    first = await mark_of(page)
    assert len(first) > 10
    await expect(player).to_contain_text("Sentence 1 of ")

    await page.wait_for_function("first => spokenMark() && spokenMark() !== first", arg=first)
    await expect(player).to_contain_text("Sentence 2 of ")
    prose = await page.locator("[data-speaking] .prose").inner_text()
    assert prose.index(first[:10]) < prose.index((await mark_of(page))[:10])


async def test_one_jumps_about_in_what_is_read(page: Page, talk: Talk) -> None:
    await use_voice(talk, "dummy")
    player = await read_aloud(page, talk)
    first, (left, top) = await mark_of(page), await place_of(page)

    await player.get_by_role("button", name="Next sentence").press("Enter")
    await expect(player).to_contain_text("Sentence 2 of ")
    second = await mark_of(page)
    assert second != first

    await page.mouse.click(left + 3, top + 3)
    await expect(player).to_contain_text("Sentence 1 of ")
    assert await mark_of(page) == first

    await player.get_by_role("button", name="Next sentence").click()
    await player.get_by_role("button", name="Back one sentence").click()
    await expect(player).to_contain_text("Sentence 1 of ")


async def test_a_pause_keeps_the_place(page: Page, talk: Talk) -> None:
    await use_voice(talk, "dummy")
    player = await read_aloud(page, talk)

    await player.get_by_role("button", name="Pause reading").click()
    await expect(player).to_have_attribute("data-state", "paused")
    paused_at = await clock_of(page)
    await page.wait_for_timeout(300)
    assert await clock_of(page) == paused_at

    await player.get_by_role("button", name="Go on reading").click()
    await expect(player).to_have_attribute("data-state", "playing")
    await page.wait_for_function("since => soundClock() > since", arg=paused_at)


@pytest.mark.parametrize(
    "how", ["Escape", "Escape, as the tooltip says", "Stop in the player", "Stop under the reply"]
)
async def test_stopping_is_at_once(page: Page, talk: Talk, how: str) -> None:
    await use_voice(talk, "dummy")
    player = await read_aloud(page, talk)
    speak = page.get_by_test_id("speak").last

    if how == "Escape":
        await page.keyboard.press("Escape")
    elif how == "Escape, as the tooltip says":
        await player.get_by_role("button", name="Stop reading").hover()
        await expect(page.get_by_text("Stop reading (Esc)")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_text("Stop reading (Esc)")).to_be_hidden()
    elif how == "Stop in the player":
        await player.get_by_role("button", name="Stop reading").press("Enter")
        await expect(speak).to_be_focused()
    else:
        await speak.click()

    assert await page.evaluate("soundStates()") == ["closed"]
    assert await mark_of(page) == ""
    await expect(player).to_be_hidden()
    await expect(speak).to_have_accessible_name("Read aloud")


async def test_leaving_the_page_stops_it(page: Page, talk: Talk) -> None:
    await use_voice(talk, "dummy")
    await read_aloud(page, talk)
    await page.get_by_role("link", name="All clones").click()
    await expect(page.get_by_role("heading", name="Clones", exact=True)).to_be_visible()
    assert await page.evaluate("soundStates()") == ["closed"]
    assert await mark_of(page) == ""


async def test_a_voice_that_fails_is_told_plainly(page: Page, talk: Talk) -> None:
    async def fail(route: Route) -> None:
        problem = {"detail": "The provider cannot be reached", "code": "provider_down"}
        await route.fulfill(
            body=f"event: error\ndata: {httpx2.Response(200, json=problem).text}\n\n",
            content_type="text/event-stream",
        )

    await page.route("**/sentences", fail)
    await page.goto(f"/chat/{talk.clone_id}/{talk.conversation_id}")
    await page.get_by_role("button", name="Read aloud").last.click()
    await expect(page.get_by_text("It could not be read aloud")).to_be_visible()
    await expect(page.get_by_text("The provider cannot be reached")).to_be_visible()
    await expect(page.get_by_role("region", name="Reading aloud")).to_be_hidden()


async def test_a_voice_is_tried_before_it_is_saved(page: Page, talk: Talk) -> None:
    await use_voice(talk, "dummy")
    await page.goto(f"/clones/{talk.clone_id}/settings?tab=voice")
    await page.get_by_role("combobox", name="Voice").select_option("deep")
    await page.get_by_label("Speed").fill("2")
    async with page.expect_response("**/api/chat/tts/*") as response:
        await page.get_by_role("button", name="Test voice").click()
    spoken = await (await response.value).json()
    assert (spoken["voice_id"], spoken["provider"]) == ("deep", "dummy")
    assert 1 < spoken["duration_seconds"] < 3

    sample = await page.get_by_test_id("voice-sample").element_handle()
    await expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    await page.wait_for_function("audio => audio.currentTime > 0", arg=sample)
    await expect(page.get_by_text("s of speech in")).to_be_visible()
    assert (await talk.http.get(f"/api/clones/{talk.clone_id}")).json()["tts_speed"] == 1.0

    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_role("region", name="Unsaved changes")).to_be_hidden()
    assert (await talk.http.get(f"/api/clones/{talk.clone_id}")).json()["tts_speed"] == 2.0
