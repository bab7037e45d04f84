"""/metrics in its two forms, and the one log line of each request."""

import httpx2
import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from structlog.typing import EventDict

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.documents import read
from tests.conftest import Person, Serve
from tests.eventually import eventually

PROMETHEUS = "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


async def test_counts_are_those_of_all_people(
    ada: Person, bob: Person, client: httpx2.AsyncClient
) -> None:
    await create_clone(ada)
    clone = await create_clone(bob)
    asked = await bob.http.post(f"/api/chat/{clone}", json={"content": "Who are you?"})
    assert asked.status_code == 200
    counts = (await client.get("/metrics")).json()
    assert counts == {
        "users": 2,
        "clones": 2,
        "conversations": 1,
        "messages": 2,
        "documents": counts["documents"],
    }


@pytest.mark.parametrize("accept", [PROMETHEUS, OPENMETRICS])
async def test_prometheus_gets_its_own_text(client: httpx2.AsyncClient, accept: str) -> None:
    await client.get("/health/live")
    answer = await client.get("/metrics", headers={"accept": accept})
    assert answer.headers["content-type"].startswith(accept.partition(";")[0])
    assert (
        'clonememoria_http_requests_total{method="GET",route="/health/live",status="200"} 1.0'
        in answer.text
    )


async def test_requests_are_counted_by_the_template_of_their_route(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    clone = await create_clone(ada)
    await ada.http.get(f"/api/clones/{clone}/settings")
    await ada.http.get("/api/clones/clones/settings")
    await ada.http.get(f"/api/nowhere/{clone}")
    await ada.http.request("PROPFIND", f"/api/nowhere/{clone}")
    text = (await client.get("/metrics", headers={"accept": PROMETHEUS})).text
    route = 'route="/api/clones/{clone_id}/settings"'
    assert clone not in text
    assert f'requests_total{{method="GET",{route},status="200"}} 1.0' in text
    assert f'requests_total{{method="GET",{route},status="404"}} 1.0' in text
    assert 'requests_total{method="GET",route="(none)",status="404"} 1.0' in text
    assert 'requests_total{method="OTHER",route="(none)"' in text


async def test_a_token_keeps_metrics_from_strangers(serve: Serve, settings: Settings) -> None:
    settings = Settings.model_validate(settings.model_dump() | {"metrics_token": "s3cret-näme"})
    served = await serve(settings)
    async with httpx2.AsyncClient(base_url=served.url) as client:
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic x"}):
            answer = await client.get("/metrics", headers=headers)
            assert answer.status_code == 401
            assert answer.json()["code"] == "not_authenticated"
        token = "Bearer s3cret-näme".encode()
        allowed = await client.get("/metrics", headers={b"authorization": token})
    assert allowed.status_code == 200


async def requests_logged(logs: list[EventDict], count: int) -> list[EventDict]:
    """A line is written after its answer: it may take a moment."""

    async def requests() -> list[EventDict]:
        return [line for line in logs if line["event"] == "request"]

    return await eventually(requests, lambda lines: len(lines) >= count)


async def test_each_request_leaves_one_line_with_its_user(ada: Person) -> None:
    clone = await create_clone(ada)
    with capture_logs(processors=[merge_contextvars]) as logs:
        await ada.http.get(f"/api/clones/{clone}?secret=1")
        await ada.http.get("/api/nowhere?secret=1", headers={"authorization": ""})
        found, missing = await requests_logged(logs, 2)
    assert (found["method"], found["path"], found["status"]) == (
        "GET",
        "/api/clones/{clone_id}",
        200,
    )
    assert found["user_id"] == str(ada.id)
    assert found["ms"] > 0
    assert (missing["path"], missing["status"]) == ("/api/nowhere", 404)
    assert "user_id" not in missing
    assert "secret" not in str(logs)


async def test_replies_documents_and_tokens_are_counted(ada: Person) -> None:
    clone = await create_clone(ada)
    await read(ada, clone)
    await ada.http.post(f"/api/chat/{clone}", json={"content": "When is the practice open?"})
    figures = (await ada.http.get("/metrics", headers={"Accept": "text/plain"})).text
    assert 'clonememoria_chat_replies_total{mode="rag",status="complete"} 1.0' in figures
    assert 'clonememoria_documents_processed_total{outcome="completed"} 1.0' in figures
    assert "clonememoria_chat_first_token_seconds_count 1.0" in figures
    assert "clonememoria_retrieval_seconds_count 1.0" in figures
    assert "clonememoria_chat_tokens_total 0.0" not in figures
