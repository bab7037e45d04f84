"""What cannot be a clone, or a question about clones, is refused and changes nothing."""

import itertools

from tests.api.clones import prepared
from tests.conftest import Person

NOBODYS_ID = "019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c"


async def make(person: Person, **fields: object) -> dict[str, object]:
    answer = await person.http.post("/api/clones", json={"name": "Dr. Ada Winter", **fields})
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


UNUSABLE_QUERIES = [
    {"limit": "-1"},
    {"limit": "0"},
    {"limit": "201"},
    {"limit": "1e19"},
    {"limit": "10000000000000000000"},
    {"offset": "-1"},
    {"offset": "10000000000000000000"},
    {"scope": "everything"},
    {"category": "x"},
    {"domain": "x"},
    {"sort": "id; drop table clones"},
    {"search": "a\x00b"},
    {"search": "x" * 201},
    {"search": "word " * 10_000},
]


async def test_an_unusable_query_is_refused(ada: Person) -> None:
    for query in UNUSABLE_QUERIES:
        answer = await ada.http.get("/api/clones", params=query)
        assert answer.status_code == 422, query
        assert answer.json()["errors"][0]["loc"] == ["query", *query]


async def test_an_impossible_id_is_refused(ada: Person) -> None:
    for key in ["%00", "a%00b", "x" * 201]:
        assert (await ada.http.get(f"/api/clones/{key}")).status_code == 422, key


JSON = {"content-type": "application/json"}
TEXTS = (
    "name",
    "professional_title",
    "bio",
    "credentials_qualifications",
    "system_prompt",
    "greeting",
)
UNUSABLE_TEXTS = (
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\u001b[31m"',
    f'"{"x" * 400_000}"',
    "7",
    "null",
)


async def test_text_that_cannot_be_stored_is_refused(ada: Person) -> None:
    clone = await make(ada)
    for field, value in itertools.product(TEXTS, UNUSABLE_TEXTS):
        sent = f'"{field}": {value}'
        for method, path, body in [
            ("POST", "", sent if field == "name" else f'"name": "n", {sent}'),
            ("PATCH", f"/{clone['id']}", sent),
        ]:
            answer = await ada.http.request(
                method, f"/api/clones{path}", content=f"{{{body}}}", headers=JSON
            )
            assert answer.status_code == 422, (method, field, value[:20])
            assert answer.json()["errors"][0]["loc"] == ["body", field]


BAD: list[dict[str, object]] = [
    {"name": "   "},
    {"category": "astrology"},
    {"communication_style": {"tone": 1}},
    {"communication_style": {"tone": "x" * 201}},
    {"communication_style": {str(n): "x" for n in range(21)}},
    {"communication_style": ["tone"]},
    {"is_published": "yes"},
    {"is_published": 1},
    {"avatar_url": "http://example.org/a.png"},
    {"avatar_url": "javascript:alert(1)"},
    {"avatar_url": "data:text/html;base64,PHNjcmlwdD4="},
    {"avatar_url": "data:image/svg+xml;base64,PHN2Zz4="},
    {"avatar_url": 'data:image/png;base64,"><script>'},
    {"avatar_url": "https://"},
    {"avatar_url": "https://user:pw@example.org/a.png"},
    {"avatar_url": "https://exa mple.org/a.png"},
    {"avatar_url": "https://[bad"},
    {"avatar_url": "https://example.org/" + "x" * 2100},
    {"avatar_url": "data:image/png;base64," + "A" * 150_000},
]


async def test_what_makes_no_clone_is_refused(ada: Person) -> None:
    clone = await prepared(ada, (await make(ada))["id"])
    for bad in BAD:
        created = await ada.http.post("/api/clones", json={"name": "n", **bad})
        patched = await ada.http.patch(f"/api/clones/{clone['id']}", json=bad)

        assert (created.status_code, patched.status_code) == (422, 422), bad
        assert patched.json()["errors"][0]["loc"][:2] == ["body", *bad]
    assert (await ada.http.get(f"/api/clones/{clone['id']}")).json() == clone


async def test_avatars_are_https_or_small_pictures(ada: Person) -> None:
    for avatar in ["https://example.org/a.png?x=1", "data:image/webp;base64,UklGRg==", None]:
        assert (await make(ada, avatar_url=avatar))["avatar_url"] == avatar


async def test_a_clone_can_be_sent_back_as_it_was_read(ada: Person) -> None:
    clone = await prepared(ada, (await make(ada))["id"])
    url = f"/api/clones/{clone['id']}"
    strange = {"id": NOBODYS_ID, "creator_id": NOBODYS_ID, "slug": "mine", "sort_order": 1}
    for whole in (clone, clone | strange):
        sent_back = await ada.http.patch(url, json=whole)
        assert sent_back.status_code == 200, sent_back.text
        assert sent_back.json() == clone | {"updated_at": sent_back.json()["updated_at"]}
    misspelt = await ada.http.patch(f"{url}/settings", json={"temprature": 0.1})
    assert misspelt.json()["detail"] == "temprature: is no field of this"


async def test_a_name_is_one_line(ada: Person) -> None:
    clone = await make(ada, name="Dr.\n Ada\tWinter ", professional_title="Family\r\ndoctor")
    assert clone["name"] == "Dr. Ada Winter"
    assert clone["professional_title"] == "Family doctor"
