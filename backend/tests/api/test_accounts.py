"""Signing up, one's own account, and changing and deleting it."""

import asyncio
import json
from collections.abc import Mapping, Sequence

import asyncpg
import httpx2
from sqlalchemy import func, select

from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from clonememoria.models import Clone, RefreshToken, User
from tests.conftest import PASSWORD, Person, Serve, ServedApp

ADA = {"email": "ada@example.org", "password": PASSWORD}


async def test_signing_up_answers_with_a_session_and_the_account(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.post("/api/auth/register", json={**ADA, "display_name": "Ada"})

    assert answer.status_code == 201
    body = answer.json()
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 900
    assert {k: body["user"][k] for k in ("email", "display_name", "role")} == {
        "email": "ada@example.org",
        "display_name": "Ada",
        "role": "admin",
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_only_the_first_account_is_an_admin(ada: Person, bob: Person) -> None:
    assert (await ada.http.get("/api/auth/me")).json()["role"] == "admin"
    assert (await bob.http.get("/api/auth/me")).json()["role"] == "user"


async def test_of_two_first_sign_ups_at_once_one_is_the_admin(client: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(
            client.post("/api/auth/register", json={**ADA, "email": f"{n}@example.org"})
            for n in range(4)
        )
    )

    roles = sorted(answer.json()["user"]["role"] for answer in answers)
    assert roles == ["admin", "user", "user", "user"]


async def test_an_address_has_one_account_however_its_letters_are_typed(
    client: httpx2.AsyncClient,
) -> None:
    await client.post("/api/auth/register", json=ADA)

    again = await client.post("/api/auth/register", json={**ADA, "email": " ADA@Example.ORG "})

    assert again.status_code == 409
    assert again.json()["code"] == "email_taken"
    log_in = await client.post("/api/auth/login", json={**ADA, "email": "Ada@Example.org"})
    assert log_in.status_code == 200


async def test_two_sign_ups_with_one_address_at_once_make_one_account(
    client: httpx2.AsyncClient, database: Database
) -> None:
    answers = await asyncio.gather(*(client.post("/api/auth/register", json=ADA) for _ in range(4)))

    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    async with database.as_system() as session:
        assert await session.scalar(select(func.count(User.id))) == 1


async def test_closed_sign_up_lets_in_the_first_and_nobody_else(
    serve: Serve, settings: Settings
) -> None:
    served = await serve(settings.model_copy(update={"allow_signup": False}))
    async with httpx2.AsyncClient(base_url=served.url) as client:
        first = await client.post("/api/auth/register", json=ADA)
        second = await client.post("/api/auth/register", json={**ADA, "email": "bob@example.org"})

    assert first.status_code == 201
    assert second.status_code == 403
    assert second.json()["code"] == "signup_closed"


async def test_nobody_can_make_themselves_an_admin(ada: Person, client: httpx2.AsyncClient) -> None:
    eve = {**ADA, "email": "eve@example.org", "role": "admin"}
    signed_up = (await client.post("/api/auth/register", json=eve)).json()
    assert signed_up["user"]["role"] == "user"

    client.headers["Authorization"] = f"Bearer {signed_up['access_token']}"
    patch = {"display_name": "Eve", "role": "admin"}
    assert (await client.patch("/api/auth/me", json=patch)).json()["role"] == "user"


async def test_emoji_spaces_and_long_passwords_are_welcome(client: httpx2.AsyncClient) -> None:
    for n, password in enumerate(["🔑🔑🔑🔑🔑🔑🔑🔑", "  many spaces  ", "x" * 1024]):
        account = {"email": f"{n}@example.org", "password": password}
        assert (await client.post("/api/auth/register", json=account)).status_code == 201
        assert (await client.post("/api/auth/login", json=account)).status_code == 200
        near = {**account, "password": password[:-1]}
        assert (await client.post("/api/auth/login", json=near)).status_code == 401


async def test_a_password_counts_beyond_its_72nd_byte(client: httpx2.AsyncClient) -> None:
    await client.post("/api/auth/register", json={**ADA, "password": "x" * 72 + "tail"})

    other_tail = await client.post("/api/auth/login", json={**ADA, "password": "x" * 72 + "liat"})

    assert other_tail.status_code == 401


async def test_unusable_sign_ups_say_which_field(client: httpx2.AsyncClient) -> None:
    bad: Mapping[str, Sequence[object]] = {
        "email": [
            "",
            "ada",
            "@example.org",
            "a b@example.org",
            "a\x00@example.org",
            "x" * 300,
            "ada\u200b@example.org",
            "a\u202eda@example.org",
        ],
        "password": ["", "1234567", "with\x00nul", "x" * 1025, 12345678, None],
        "display_name": ["", "   ", "a\x00b", "x" * 201, 7],
    }
    for field, values in bad.items():
        for value in values:
            answer = await client.post("/api/auth/register", json={**ADA, field: value})
            assert answer.status_code == 422, (field, value)
            assert answer.json()["errors"][0]["loc"][:2] == ["body", field]


async def test_broken_unicode_is_refused_and_not_stored(client: httpx2.AsyncClient) -> None:
    for field in ("email", "password", "display_name"):
        body = json.dumps({**ADA, field: "ab\ud800cdefgh"})
        answer = await client.post(
            "/api/auth/register", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 422, field


async def test_a_broken_key_in_the_body_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        "/api/auth/register",
        content='{"\\ud800": 1}',
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 422


async def test_one_can_change_ones_name(ada: Person) -> None:
    answer = await ada.http.patch("/api/auth/me", json={"display_name": " Ada L. "})

    assert answer.json()["display_name"] == "Ada L."
    assert (await ada.http.get("/api/auth/me")).json()["display_name"] == "Ada L."


async def test_a_new_password_ends_every_other_session_at_once(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    elsewhere = (await client.post("/api/auth/login", json=ADA)).json()["access_token"]

    answer = await ada.http.post(
        "/api/auth/password",
        json={"current_password": PASSWORD, "new_password": "another good one"},
    )

    assert answer.status_code == 200
    stolen = {"Authorization": f"Bearer {elsewhere}"}
    assert (await client.get("/api/auth/me", headers=stolen)).status_code == 401
    assert (await client.post("/api/auth/refresh")).status_code == 401
    renewed = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await client.get("/api/auth/me", headers=renewed)).status_code == 200
    assert (await ada.http.post("/api/auth/refresh")).status_code == 200
    assert (await client.post("/api/auth/login", json=ADA)).status_code == 401


async def test_changing_the_password_needs_the_current_one(ada: Person) -> None:
    answer = await ada.http.post(
        "/api/auth/password",
        json={"current_password": "not it at all", "new_password": "another good one"},
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["body", "current_password"]
    assert (await ada.http.get("/api/auth/me")).status_code == 200


async def test_deleting_an_account_deletes_everything_it_owns(
    ada: Person, bob: Person, superuser: asyncpg.Connection
) -> None:
    await ada.http.post("/api/clones", json={"name": "Ada's"})
    await bob.http.post("/api/clones", json={"name": "Bob's"})

    answer = await ada.http.delete("/api/auth/me")

    assert answer.status_code == 204
    assert (await ada.http.get("/api/auth/me")).status_code == 401
    assert (await ada.http.post("/api/auth/refresh")).status_code == 401
    assert (await ada.http.post("/api/auth/login", json=ADA)).status_code == 401
    assert [r["email"] for r in await superuser.fetch("select email from users")] == [bob.email]
    assert [r["name"] for r in await superuser.fetch("select name from clones")] == ["Bob's"]


async def test_a_welcome_that_fails_does_not_fail_the_sign_up(served: ServedApp) -> None:
    async def broken(_user: User) -> None:
        raise RuntimeError("no sample today")

    served.app.state.welcome = broken
    async with httpx2.AsyncClient(base_url=served.url) as client:
        answer = await client.post("/api/auth/register", json=ADA)

    assert answer.status_code == 201


async def test_the_welcome_finds_the_account_already_stored(
    served: ServedApp, database: Database
) -> None:
    greeted: list[str] = []

    async def look(user: User) -> None:
        async with database.as_user(user.id) as session:
            greeted.append((await session.get_one(User, user.id)).role)

    served.app.state.welcome = look
    async with httpx2.AsyncClient(base_url=served.url) as client:
        await client.post("/api/auth/register", json=ADA)

    assert greeted == ["admin"]


async def test_a_query_that_forgets_its_filter_sees_only_ones_own(
    ada: Person, bob: Person, database: Database
) -> None:
    await ada.http.post("/api/clones", json={"name": "Ada's"})
    async with database.as_user(bob.id) as session:
        assert [user.id for user in await session.scalars(select(User))] == [bob.id]
        tokens = await session.scalars(select(RefreshToken.owner_id))
        assert set(tokens) == {bob.id}
        assert (await session.scalars(select(Clone))).all() == []
