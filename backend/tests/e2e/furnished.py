"""A product with something on each screen: a conversation, documents read, one that failed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from playwright.async_api import Page, expect

from tests.e2e import handbook
from tests.eventually import eventually

EMAIL, PASSWORD = "ada@example.org", "correct horse battery staple"
NAME = "Ada Lovelace"
DAMAGED = Path(__file__).parents[1] / "fixtures" / "documents" / "docx_truncated.docx"
QUESTIONS = (
    "What are the five essential points in securing the health of houses?",
    "What is it that all patients most dread?",
)
KEEPER = {
    "name": "Keeper of Halden Point",
    "category": "other",
    "professional_title": "Lighthouse keeper",
    "bio": "I keep the light, and I know the handbook of the station by heart.",
}
READ_WITHIN_S = 60


@dataclass(frozen=True)
class Furnished:
    url: str
    sample_id: str
    conversation_id: str
    keeper_id: str
    handbook_id: str


async def furnish(url: str) -> Furnished:
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
        account = {"email": EMAIL, "password": PASSWORD, "display_name": NAME}
        answer = await _done(http.post("/api/auth/register", json=account))
        http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        [sample] = await _done(http.get("/api/clones"))
        conversation_id = None
        for question in QUESTIONS:
            body = {"content": question, "conversation_id": conversation_id}
            reply = await _done(http.post(f"/api/chat/{sample['id']}", json=body))
            conversation_id = reply["conversation_id"]
        keeper = await _done(http.post("/api/clones", json=KEEPER))
        files = [
            ("files", (handbook.FILE_NAME, handbook.handbook())),
            ("files", (DAMAGED.name, DAMAGED.read_bytes())),
        ]
        documents = f"/api/clones/{keeper['id']}/documents"
        uploaded = await _done(http.post(f"{documents}/upload", files=files))
        await eventually(lambda: _done(http.get(documents)), _are_settled, within_s=READ_WITHIN_S)
    return Furnished(
        url=url,
        sample_id=sample["id"],
        conversation_id=str(conversation_id),
        keeper_id=keeper["id"],
        handbook_id=uploaded[0]["id"],
    )


async def log_in(page: Page) -> None:
    await page.goto("/login")
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Clones", exact=True)).to_be_visible()


def _are_settled(documents: list[dict[str, str]]) -> bool:
    return all(document["status"] not in {"pending", "processing"} for document in documents)


async def _done(call: Any) -> Any:  # noqa: ANN401 - the JSON of the API
    answer = await call
    assert answer.is_success, answer.text
    return answer.json()
