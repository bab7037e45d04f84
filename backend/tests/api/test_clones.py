"""Clones: made, found, changed, published, deleted, and kept from everybody else."""

import asyncio
from uuid import uuid4

import asyncpg
import httpx2
from sqlalchemy import select, update

from clonememoria.core.db import Database
from clonememoria.models import Clone
from tests.api.clones import prepared
from tests.conftest import Person

DOMAINS = {
    "medical": "health-wellness",
    "business": "business-strategy",
    "education": "education-learning",
    "finance": "finance-investment",
    "coaching": "life-coaching",
    "legal": "legal-consulting",
    "ai": "ai-technology",
    "other": "other",
}
FIELDS = set(
    """id slug name category domain professional_title bio credentials_qualifications
    communication_style system_prompt greeting avatar_url is_published rag_enabled rag_status
    llm_provider llm_model temperature max_tokens embedding_provider embedding_model tts_provider
    tts_voice_id tts_speed creator_id document_count failed_document_count created_at
    updated_at""".split()  # noqa: SIM905
)
NOBODYS_ID = "019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c"


async def make(person: Person, **fields: object) -> dict[str, object]:
    answer = await person.http.post("/api/clones", json={"name": "Dr. Ada Winter", **fields})
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


async def names(person: Person, **query: object) -> list[str]:
    answer = await person.http.get("/api/clones", params={k: str(v) for k, v in query.items()})
    assert answer.status_code == 200, answer.text
    found = [clone["name"] for clone in answer.json()]
    if "limit" not in query:
        assert answer.headers["x-total-count"] == str(len(found))
    return found


async def test_a_clone_has_every_field_of_the_contract(ada: Person) -> None:
    clone = await make(ada, category="medical", communication_style={"tone": "warm"})

    assert set(clone) == FIELDS
    assert clone["slug"] == "dr-ada-winter"
    assert clone["domain"] == "health-wellness"
    assert clone["communication_style"] == {"tone": "warm"}
    assert clone["creator_id"] == str(ada.id)
    assert clone["document_count"] == 0
    assert (clone["llm_provider"], clone["embedding_provider"]) == ("dummy", "dummy")
    assert clone["llm_model"]
    assert clone["embedding_model"]
    assert clone["tts_voice_id"]
    assert await prepared(ada, clone["id"]) == clone | {"rag_status": "ready"}


async def test_settings_may_be_given_at_once(ada: Person) -> None:
    clone = await make(ada, temperature=0.2, max_tokens=99, retrieval={"top_k": 7})

    settings = (await ada.http.get(f"/api/clones/{clone['id']}/settings")).json()
    assert (settings["temperature"], settings["max_tokens"]) == (0.2, 99)
    assert settings["retrieval"] == {"top_k": 7, "mode": "hybrid", "answer_mode": "balanced"}


async def test_each_category_names_its_domain(ada: Person) -> None:
    for category, domain in DOMAINS.items():
        clone = await make(ada, name=category, category=category)
        assert clone["domain"] == domain
    assert await names(ada, domain="legal-consulting") == ["legal"]
    assert await names(ada, category="ai") == ["ai"]


async def test_retrieval_can_be_switched_off_from_the_start(ada: Person) -> None:
    clone = await make(ada, enable_rag=False)

    assert (clone["rag_enabled"], clone["rag_status"]) == (False, "disabled")


SLUGS = {
    "Dr. Zoë Müller": "dr-zoe-muller",
    "  Rust & Go / C++ ": "rust-go-c",
    "先生": "先生",
    "हिन्दी गुरु": "हिन्दी-गुरु",
    "🦉🦉": "clone",
    "../../etc/passwd": "etc-passwd",
    "deadbeefdeadbeefdeadbeefdeadbeef": "clone-deadbeefdeadbeefdeadbeefdeadbeef",
    "x" * 200: "x" * 60,
}


async def test_a_slug_is_readable_in_every_script(ada: Person) -> None:
    for name, slug in SLUGS.items():
        clone = await make(ada, name=name)
        assert clone["slug"] == slug
        assert (await ada.http.get(f"/api/clones/{slug}")).json()["id"] == clone["id"]


async def test_clones_of_one_name_made_at_once_get_slugs_of_their_own(
    ada: Person, bob: Person
) -> None:
    clones = await asyncio.gather(*(make(p) for p in (ada, bob) for _ in range(5)))

    slugs = {str(clone["slug"]) for clone in clones}
    assert len(slugs) == 10
    assert "dr-ada-winter" in slugs
    assert all(slug.startswith("dr-ada-winter") for slug in slugs)


async def test_a_new_name_keeps_the_old_address(ada: Person) -> None:
    clone = await make(ada)

    changed = await ada.http.patch(f"/api/clones/{clone['id']}", json={"name": "Someone Else"})

    assert changed.json()["slug"] == "dr-ada-winter"
    assert changed.json()["name"] == "Someone Else"


async def test_a_patch_changes_only_what_is_sent(ada: Person) -> None:
    made = await make(ada, bio="A bio", greeting="Hello", temperature=0.3)
    clone = await prepared(ada, made["id"])

    answer = await ada.http.patch(f"/api/clones/{clone['id']}", json={"bio": "Another"})

    changed = answer.json()
    assert changed["updated_at"] > str(clone["updated_at"])
    assert changed == {**clone, "bio": "Another", "updated_at": changed["updated_at"]}
    empty = await ada.http.patch(f"/api/clones/{clone['id']}", json={})
    assert empty.json() == changed


async def test_parallel_patches_of_different_fields_lose_nothing(ada: Person) -> None:
    clone = await make(ada)
    patches = [
        {"bio": "b"},
        {"greeting": "g"},
        {"temperature": 1.5},
        {"max_tokens": 7},
        {"category": "legal"},
        {"retrieval": {"top_k": 9}},
        {"retrieval": {"answer_mode": "strict"}},
    ]

    await asyncio.gather(
        *(ada.http.patch(f"/api/clones/{clone['id']}", json=patch) for patch in patches)
    )

    after = (await ada.http.get(f"/api/clones/{clone['id']}")).json()
    settings = (await ada.http.get(f"/api/clones/{clone['id']}/settings")).json()
    assert {k: after[k] for k in ("bio", "greeting", "temperature", "max_tokens", "category")} == {
        "bio": "b",
        "greeting": "g",
        "temperature": 1.5,
        "max_tokens": 7,
        "category": "legal",
    }
    assert settings["retrieval"] == {"top_k": 9, "mode": "hybrid", "answer_mode": "strict"}


async def test_a_deleted_clone_is_gone_with_all_it_has(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    clone = await make(ada)
    await _add_document(superuser, clone)

    assert (await ada.http.get(f"/api/clones/{clone['id']}")).json()["document_count"] == 1
    assert (await ada.http.delete(f"/api/clones/{clone['id']}")).status_code == 204

    assert (await ada.http.get(f"/api/clones/{clone['id']}")).status_code == 404
    assert (await ada.http.delete(f"/api/clones/{clone['id']}")).status_code == 404
    assert await superuser.fetchval("select count(*) from documents") == 0


async def _add_document(superuser: asyncpg.Connection, clone: dict[str, object]) -> None:
    await superuser.execute(
        """
        insert into documents (id, clone_id, owner_id, title, source_type, type, mime_type,
            size_bytes, content_hash, status, stage, progress_percentage, chunk_count, visibility,
            attempts)
        values ($1, $2, $3, 'T', 'manual', 'document', 'text/plain', 1, 'h', 'completed', 'done',
            100, 0, 'public', 0)""",
        uuid4(),
        clone["id"],
        clone["creator_id"],
    )


async def test_a_private_clone_is_not_there_for_anybody_else(ada: Person, bob: Person) -> None:
    made = await make(ada, system_prompt="secret")
    clone = await prepared(ada, made["id"])

    for key in (clone["id"], clone["slug"]):
        for answer in [
            await bob.http.get(f"/api/clones/{key}"),
            await bob.http.patch(f"/api/clones/{key}", json={"name": "Mine"}),
            await bob.http.delete(f"/api/clones/{key}"),
            await bob.http.get(f"/api/clones/{key}/settings"),
            await bob.http.patch(f"/api/clones/{key}/settings", json={"temperature": 1}),
            await bob.http.post(f"/api/clones/{key}/publish"),
            await bob.http.post(f"/api/clones/{key}/unpublish"),
        ]:
            missing = await bob.http.get(f"/api/clones/{NOBODYS_ID}")
            assert answer.status_code == 404
            assert {**answer.json(), "request_id": ""} == {**missing.json(), "request_id": ""}
    assert (await ada.http.get(f"/api/clones/{clone['id']}")).json() == clone


async def test_a_published_clone_can_be_read_and_not_touched(
    ada: Person, bob: Person, superuser: asyncpg.Connection
) -> None:
    clone = await make(ada, system_prompt="top secret words", bio="For everybody")
    await _add_document(superuser, clone)
    published = await ada.http.post(f"/api/clones/{clone['id']}/publish")
    assert published.json()["is_published"] is True
    assert published.json()["system_prompt"] == "top secret words"

    for key in (clone["id"], clone["slug"]):
        read = await bob.http.get(f"/api/clones/{key}")
        assert read.status_code == 200
        assert read.json()["bio"] == "For everybody"
        assert read.json()["document_count"] == 1
        assert read.json()["system_prompt"] is None
        for answer in [
            await bob.http.patch(f"/api/clones/{key}", json={"name": "Mine"}),
            await bob.http.delete(f"/api/clones/{key}"),
            await bob.http.get(f"/api/clones/{key}/settings"),
            await bob.http.patch(f"/api/clones/{key}/settings", json={"temperature": 1}),
            await bob.http.post(f"/api/clones/{key}/unpublish"),
        ]:
            assert answer.status_code == 403
            assert answer.json()["code"] == "forbidden"
            assert "top secret words" not in answer.text
    listed = await bob.http.get("/api/clones", params={"scope": "published"})
    assert "top secret words" not in listed.text

    await ada.http.post(f"/api/clones/{clone['id']}/unpublish")
    assert (await bob.http.get(f"/api/clones/{clone['id']}")).status_code == 404


async def test_without_login_nothing_is_there(ada: Person, client: httpx2.AsyncClient) -> None:
    clone = await make(ada, is_published=True)

    for answer in [
        await client.get("/api/clones", params={"scope": "published"}),
        await client.get(f"/api/clones/{clone['id']}"),
        await client.post("/api/clones", json={"name": "Nobody's"}),
        await client.get("/api/providers"),
    ]:
        assert answer.status_code == 401


async def test_the_database_hides_clones_from_a_query_without_a_filter(
    ada: Person, bob: Person, database: Database
) -> None:
    private, public = await make(ada), await make(ada, is_published=True)

    async with database.as_user(bob.id) as session:
        seen = [str(i) for i in await session.scalars(select(Clone.id))]
        changed = await session.execute(
            update(Clone).values(name="Bob was here").returning(Clone.id)
        )
        assert changed.all() == []
    assert seen == [public["id"]]
    assert private["id"] not in seen


async def test_lists_hold_ones_own_the_published_or_both(ada: Person, bob: Person) -> None:
    await make(ada, name="Ada private")
    await make(ada, name="Ada public", is_published=True)
    await make(bob, name="Bob private")
    await make(bob, name="Bob public", is_published=True)

    assert sorted(await names(bob)) == ["Bob private", "Bob public"]
    assert sorted(await names(bob, scope="published")) == ["Ada public", "Bob public"]
    assert sorted(await names(bob, scope="all")) == ["Ada public", "Bob private", "Bob public"]


async def test_lists_are_sorted_and_paged(ada: Person) -> None:
    for name in ("b", "C", "a"):
        await make(ada, name=name)
    first = (await ada.http.get("/api/clones", params={"sort": "oldest"})).json()[0]
    await ada.http.patch(f"/api/clones/{first['id']}", json={"bio": "new"})

    assert await names(ada) == ["a", "C", "b"]
    assert await names(ada, sort="oldest") == ["b", "C", "a"]
    assert await names(ada, sort="name") == ["a", "b", "C"]
    assert (await names(ada, sort="updated"))[0] == "b"
    assert await names(ada, sort="name", limit=1, offset=1) == ["b"]
    page = await ada.http.get("/api/clones", params={"limit": 1, "offset": 5})
    assert page.json() == []
    assert page.headers["x-total-count"] == "3"


async def test_a_search_looks_for_each_word_in_name_title_and_bio(ada: Person) -> None:
    await make(ada, name="Zoë", professional_title="Tax lawyer", bio="Knows 100% of snake_case")
    await make(ada, name="Max", bio="Gardener")

    assert await names(ada, search="zoë LAWYER") == ["Zoë"]
    assert await names(ada, search="100%") == ["Zoë"]
    assert await names(ada, search="e_c") == ["Zoë"]
    assert await names(ada, search="zoë gardener") == []


async def test_a_search_takes_every_character_literally(ada: Person) -> None:
    await make(ada, name="Plain")
    for search in ["%", "_", "\\", "' OR 1=1--", '"; drop table x', "a:* & !b", "<->"]:
        assert await names(ada, search=search) == []
        await make(ada, name=f"With {search} inside")
        assert await names(ada, search=search) == [f"With {search} inside"]


async def test_an_unknown_id_is_not_found(ada: Person) -> None:
    await make(ada, is_published=True)
    for key in ["1", "x", "' OR 1=1--", "%25", "_", NOBODYS_ID]:
        for answer in [
            await ada.http.get(f"/api/clones/{key}"),
            await ada.http.get(f"/api/clones/{key}/settings"),
            await ada.http.delete(f"/api/clones/{key}"),
        ]:
            assert answer.status_code == 404, key
            assert answer.json()["code"] == "clone_not_found"
