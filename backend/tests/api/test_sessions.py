"""Logging in and staying logged in, and everything somebody may try to do it without the right."""

import asyncio
import base64
import json
import statistics
import time
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx2
import jwt

from clonememoria.core.config import Settings
from clonememoria.core.security import signing_key
from tests.conftest import PASSWORD, Person, Serve, ServedApp

ADA = {"email": "ada@example.org", "password": PASSWORD}
COOKIE = "clonememoria_refresh"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def token_of(person: Person) -> str:
    return person.http.headers["Authorization"].removeprefix("Bearer ")


def claims_of(person: Person) -> dict[str, object]:
    return jwt.decode(token_of(person), options={"verify_signature": False})


async def refresh_with(client: httpx2.AsyncClient, value: str) -> httpx2.Response:
    client.cookies.clear()
    return await client.post("/api/auth/refresh", headers={"Cookie": f"{COOKIE}={value}"})


async def test_logging_in_answers_as_signing_up_does(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    answer = await client.post("/api/auth/login", json=ADA)

    assert answer.status_code == 200
    me = await client.get("/api/auth/me", headers=bearer(answer.json()["access_token"]))
    assert me.json() == answer.json()["user"]


async def test_the_oauth2_form_logs_in_too(ada: Person, client: httpx2.AsyncClient) -> None:
    form = {"username": "ada@example.org", "password": PASSWORD, "scope": ""}
    assert (await client.post("/api/auth/token", data=form)).status_code == 200

    wrong = await client.post("/api/auth/token", data={**form, "password": "wrong one"})
    assert wrong.status_code == 401
    assert wrong.headers["www-authenticate"] == "Bearer"
    missing = await client.post("/api/auth/token", data={"username": "ada@example.org"})
    assert missing.status_code == 422


async def test_unknown_address_and_wrong_password_look_the_same(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    wrong = {"password": "wrong password"}
    known = await client.post("/api/auth/login", json={**ADA, **wrong})
    unknown = await client.post("/api/auth/login", json={"email": "x@example.org", **wrong})

    assert known.status_code == unknown.status_code == 401
    bodies = [{**answer.json(), "request_id": ""} for answer in (known, unknown)]
    assert bodies[0] == bodies[1]
    assert bodies[0]["code"] == "bad_credentials"


async def test_unknown_address_and_wrong_password_take_the_same_time(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    async def seconds(email: str) -> float:
        started = time.perf_counter()
        await client.post("/api/auth/login", json={"email": email, "password": "wrong password"})
        return time.perf_counter() - started

    known, unknown = [], []
    for n in range(5):
        known.append(await seconds("ada@example.org"))
        unknown.append(await seconds(f"nobody{n}@example.org"))

    ratio = statistics.median(unknown) / statistics.median(known)
    print(f"unknown/known: {ratio:.2f}")
    assert 0.5 < ratio < 2


async def test_the_refresh_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.post("/api/auth/register", json=ADA)

    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=strict", "path=/api/auth"} <= parts
    assert "secure" not in parts
    assert client.cookies[COOKIE] not in answer.text


async def test_in_production_the_cookie_travels_only_encrypted(
    serve: Serve, settings: Settings
) -> None:
    served = await serve(settings.model_copy(update={"env": "production"}))
    async with httpx2.AsyncClient(base_url=served.url) as client:
        answer = await client.post("/api/auth/register", json=ADA)

    assert "secure" in answer.headers["set-cookie"].lower()


async def test_only_hashes_of_secrets_are_stored(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    secret = ada.http.cookies[COOKIE].partition(".")[2]
    stored = str(await superuser.fetch("select * from refresh_tokens"))
    stored += str(await superuser.fetch("select * from users"))

    assert secret not in stored
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


async def test_refreshing_gives_a_new_cookie_and_a_token_that_works(ada: Person) -> None:
    before = ada.http.cookies[COOKIE]

    answer = await ada.http.post("/api/auth/refresh")

    assert answer.status_code == 200
    assert ada.http.cookies[COOKIE] != before
    me = await ada.http.get("/api/auth/me", headers=bearer(answer.json()["access_token"]))
    assert me.status_code == 200


async def test_a_reused_refresh_token_ends_the_whole_session(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    old = ada.http.cookies[COOKIE]
    renewed = await ada.http.post("/api/auth/refresh")
    new = ada.http.cookies[COOKIE]
    other_device = (await client.post("/api/auth/login", json=ADA)).json()["access_token"]

    assert (await refresh_with(client, old)).status_code == 401

    assert (await refresh_with(client, new)).status_code == 401
    ended = await client.get("/api/auth/me", headers=bearer(renewed.json()["access_token"]))
    assert ended.status_code == 401
    assert (await client.get("/api/auth/me", headers=bearer(other_device))).status_code == 200


async def test_of_parallel_refreshes_with_one_cookie_at_most_one_wins(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    cookie = {"Cookie": f"{COOKIE}={ada.http.cookies[COOKIE]}"}

    answers = await asyncio.gather(
        *(client.post("/api/auth/refresh", headers=cookie) for _ in range(6))
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 5


async def test_an_expired_refresh_token_is_void(ada: Person, superuser: asyncpg.Connection) -> None:
    await superuser.execute("update refresh_tokens set expires_at = now() - interval '1 second'")

    assert (await ada.http.post("/api/auth/refresh")).status_code == 401


async def test_an_invented_refresh_cookie_is_refused(
    ada: Person, bob: Person, client: httpx2.AsyncClient
) -> None:
    secret = ada.http.cookies[COOKIE].partition(".")[2]
    invented = ["", "x", ".", "a.b", f"{ada.id}.", f"{ada.id}.guessed", f"{bob.id}.{secret}", "é.é"]
    for value in invented:
        headers = [(b"cookie", f"{COOKIE}={value}".encode())]
        answer = await client.post("/api/auth/refresh", headers=headers)
        assert answer.status_code == 401, value
    assert (await ada.http.post("/api/auth/refresh")).status_code == 200


async def test_refreshing_without_a_cookie_says_so(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/auth/refresh")

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


async def test_a_refresh_token_is_no_access_token_nor_the_reverse(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    refresh = ada.http.cookies[COOKIE]
    as_access = await client.get("/api/auth/me", headers=bearer(refresh))
    as_refresh = await refresh_with(client, token_of(ada))
    as_refresh_with_id = await refresh_with(client, f"{ada.id}.{token_of(ada)}")

    assert [a.status_code for a in (as_access, as_refresh, as_refresh_with_id)] == [401, 401, 401]


async def test_logging_out_ends_this_session_at_once_and_no_other(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    other = (await client.post("/api/auth/login", json=ADA)).json()["access_token"]
    cookie = ada.http.cookies[COOKIE]

    answer = await ada.http.post("/api/auth/logout")

    assert answer.status_code == 204
    assert COOKIE not in ada.http.cookies
    assert (await ada.http.get("/api/auth/me")).status_code == 401
    assert (await client.get("/api/auth/me", headers=bearer(other))).status_code == 200
    assert (await refresh_with(client, cookie)).status_code == 401


async def test_the_cookie_alone_is_enough_to_log_out(ada: Person) -> None:
    token = ada.http.headers.pop("Authorization")

    assert (await ada.http.post("/api/auth/logout")).status_code == 204

    ended = await ada.http.get("/api/auth/me", headers={"Authorization": token})
    assert ended.status_code == 401


async def test_logging_out_twice_or_as_nobody_is_fine(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/api/auth/logout")).status_code == 204


async def test_a_bad_token_and_a_bad_cookie_do_not_hinder_logging_out(ada: Person) -> None:
    cookie = ada.http.cookies[COOKIE]
    ada.http.headers["Authorization"] = "Bearer expired"
    answer = await ada.http.post("/api/auth/logout")
    assert answer.status_code == 204
    assert COOKIE in answer.headers["set-cookie"]
    assert (await refresh_with(ada.http, cookie)).status_code == 401
    sent = {"Cookie": f"{COOKIE}=nonsense"}
    assert (await ada.http.post("/api/auth/logout", headers=sent)).status_code == 204


async def test_logging_out_everywhere_ends_every_session(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    other = (await client.post("/api/auth/login", json=ADA)).json()["access_token"]

    assert (await ada.http.post("/api/auth/logout-everywhere")).status_code == 204

    assert (await ada.http.get("/api/auth/me")).status_code == 401
    assert (await client.get("/api/auth/me", headers=bearer(other))).status_code == 401
    assert (await client.post("/api/auth/refresh")).status_code == 401


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def forgeries(person: Person, app: ServedApp) -> dict[str, str]:
    claims = claims_of(person)
    header, payload, signature = token_of(person).split(".")
    key = signing_key(app.app.state.secret_key, "access-token")
    now = datetime.now(UTC)

    def signed(
        changed: dict[str, object] | None = None,
        *,
        with_key: str | bytes = key,
        headers: dict[str, object] | None = None,
    ) -> str:
        return jwt.encode({**claims, **(changed or {})}, with_key, "HS256", headers=headers)

    elsewhere = b"known secret of somebody else...."
    return {
        "alg none": f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
        "alg none, signed": f"{encoded({'alg': 'none'})}.{payload}.{signature}",
        "alg RS256": f"{encoded({'alg': 'RS256'})}.{payload}.{signature}",
        "alg HS512": jwt.encode(claims, key * 2, "HS512"),
        "known secret": signed(with_key=elsewhere),
        "the secret itself": signed(with_key=app.app.state.secret_key),
        "kid path": signed(with_key=elsewhere, headers={"kid": "../../dev/null"}),
        "jku": signed(with_key=elsewhere, headers={"jku": "https://evil.example/keys"}),
        "other user": f"{header}.{encoded({**claims, 'role': 'admin'})}.{signature}",
        "no signature": f"{header}.{payload}.",
        "expired": signed({"exp": now - timedelta(seconds=1)}),
        "other issuer": signed({"iss": "somebody"}),
        "refresh type": signed({"typ": "refresh"}),
        "future epoch": signed({"epoch": 1}),
        "nested header": f"{base64.urlsafe_b64encode(b'[' * 9000).decode().rstrip('=')}.e30.e30",
        "two dots": "..",
        "not ascii": "ÿÿÿ.ÿÿÿ.ÿÿÿ",
    }


async def test_no_forged_token_opens_a_session(
    ada: Person, client: httpx2.AsyncClient, served: ServedApp
) -> None:
    for name, token in forgeries(ada, served).items():
        headers = [(b"authorization", f"Bearer {token}".encode("latin-1"))]
        answer = await client.get("/api/auth/me", headers=headers)
        assert answer.status_code == 401, name
        assert answer.json()["status"] == 401
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_of_a_session_that_never_was_is_refused(
    ada: Person, client: httpx2.AsyncClient, served: ServedApp
) -> None:
    key = signing_key(served.app.state.secret_key, "access-token")
    token = jwt.encode({**claims_of(ada), "sid": str(ada.id)}, key, "HS256")

    assert (await client.get("/api/auth/me", headers=bearer(token))).status_code == 401


async def test_other_authorization_headers_count_as_nobody(client: httpx2.AsyncClient) -> None:
    for header in ["", "Basic YTpi", "Bearer", "Token x"]:
        answer = await client.get("/api/auth/me", headers={"Authorization": header})
        assert answer.status_code == 401, header


async def test_attempts_are_limited_exactly_and_a_header_does_not_help(
    serve: Serve, settings: Settings
) -> None:
    served = await serve(settings.model_copy(update={"rate_limit_login_per_minute": 3}))
    async with httpx2.AsyncClient(base_url=served.url, timeout=30) as client:
        answers = await asyncio.gather(
            *(
                client.post(
                    "/api/auth/login", json=ADA, headers={"X-Forwarded-For": f"203.0.113.{n}"}
                )
                for n in range(20)
            )
        )
        other_account = await client.post("/api/auth/login", json={**ADA, "email": "b@example.org"})

    assert sorted(a.status_code for a in answers) == [401] * 3 + [429] * 17
    refused = next(a for a in answers if a.status_code == 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json()["code"] == "too_many_requests"
    assert refused.json()["retryable"] is True
    assert other_account.status_code == 401


async def test_one_address_cannot_try_endless_accounts(serve: Serve, settings: Settings) -> None:
    served = await serve(settings.model_copy(update={"rate_limit_login_per_minute": 1}))
    async with httpx2.AsyncClient(base_url=served.url, timeout=30) as client:
        answers = [
            await client.post("/api/auth/login", json={**ADA, "email": f"{n}@example.org"})
            for n in range(11)
        ]

    assert [a.status_code for a in answers] == [401] * 10 + [429]


async def test_the_versioned_address_keeps_a_session_of_its_own(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/register", json=ADA)

    assert answer.status_code == 201
    assert (await client.post("/api/v1/auth/refresh")).status_code == 200
