"""The table of docs/providers.md: each fault of each provider, and what a person sees of it.

`make fault-table` writes it anew.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from clonememoria.core.config import Settings
from clonememoria.core.resilience import LocalCircuits
from tests.api.clones import create_clone
from tests.api.documents import read
from tests.conftest import Person, Serve, ServedApp
from tests.fakes import anthropic_server, openai_server
from tests.fakes.api_server import FakeServer
from tests.house.sources import ROOT
from tests.sse import SseEvent, post_stream

DOCS = ROOT / "docs" / "providers.md"
QUESTION = {"content": "Tell me something."}
EMBEDDINGS, SPEECH = "/v1/embeddings", "/v1/audio/speech"

# What happens, and the fault of the fake server for each of the tries that follow.
BEFORE_THE_ANSWER = [
    ("429 with `Retry-After: 1`, then well", ["429:1"]),
    ("429 that asks for more than 30 s", ["429:31"]),
    ("429 without `Retry-After`, each time", ["429:no"] * 3),
    ("500, then well", ["500"]),
    ("500, each time", ["500"] * 3),
    ("503, each time", ["503"] * 3),
    ("401", ["401"]),
    ("404", ["404"]),
    ("a redirect", ["307"]),
    ("the connection is refused", ["refuse"] * 3),
    ("no answer at all", ["hang"]),
    ("HTML with status 200", ["notjson"] * 3),
    ("a gzip bomb", ["gzip"] * 3),
]
IN_THE_STREAM = [
    ("no choices, no text", ["empty"] * 3),
    ("silence after five tokens", ["stall:5"]),
    ("the connection is cut after five", ["drop:5"]),
    ("the connection is reset after five", ["reset:5"]),
    ("a chunk after five that is no JSON", ["malformed:5"]),
    ("an error as an event after five", ["errevent:5"]),
    ("no finish reason at the end", ["nofinish"]),
    ("half of a surrogate pair", ["surrogate:5"]),
    ("a token of 10 MB after five", ["huge:5"]),
]
IN_THE_BODY = [("the connection is cut in the sound", ["drop:2"] * 3)]


@dataclass(frozen=True)
class Outcome:
    seen: str
    calls: int
    failures: int


@dataclass
class Trial:
    """One way to a vendor: `ask` says what a person sees."""

    app: FastAPI
    upstream: FakeServer
    path: str
    ask: Callable[[], Awaitable[str]]


@pytest.fixture
async def fakes() -> AsyncIterator[dict[str, FakeServer]]:
    async with AsyncExitStack() as stack:
        yield {
            "openai": await stack.enter_async_context(openai_server.running()),
            "anthropic": await stack.enter_async_context(anthropic_server.running()),
        }


@pytest.fixture
def settings(settings: Settings, fakes: dict[str, FakeServer]) -> Settings:
    url = fakes["openai"].base_url
    return settings.model_copy(
        update={
            "llm_openai_base_url": url,
            "llm_openai_model": "fake-n20",
            "llm_anthropic_base_url": fakes["anthropic"].base_url,
            "llm_anthropic_model": "fake-n20",
            "llm_first_token_timeout_s": 1.0,
            "llm_idle_timeout_s": 0.8,
            "embeddings_openai_base_url": url,
            "embeddings_openai_model": "fake-embed-dim64",
            "embeddings_query_timeout_s": 3.0,
            "tts_api_base_url": url,
            "tts_timeout_s": 2.0,
            "tts_cache_mb": 0,
        }
    )


async def outcome(trial: Trial, faults: list[str]) -> Outcome:
    circuits: LocalCircuits = trial.app.state.providers._protection.circuits
    circuits._circuits.clear()
    trial.upstream.state.reset()
    trial.upstream.state.plan_faults(faults, path=trial.path)
    seen = await trial.ask()
    failures = [failed for circuit in circuits._circuits.values() for _, failed in circuit.outcomes]
    return Outcome(seen, trial.upstream.state.counts[trial.path], sum(failures))


def end_of(events: list[SseEvent]) -> str:
    end, tokens = events[-1], sum(bool(event.token) for event in events)
    if end.name == "error":
        return f"`{end.data['code']}`, {tokens} tokens kept"
    if end.data["error"]:
        return f"apology, `{end.data['error']['code']}`"
    return "the answer"


async def table_of(trials: dict[str, Trial], faults: Iterable[tuple[str, list[str]]]) -> list[str]:
    head = ["what the vendor does", *(f"`{name}`" for name in trials), "calls", "failures"]
    rows = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for what, planned in faults:
        found = [await outcome(trial, planned) for trial in trials.values()]
        calls, failures = ({o.calls for o in found}, {o.failures for o in found})
        counts = [" or ".join(map(str, sorted(numbers))) for numbers in (calls, failures)]
        rows.append(f"| {' | '.join([what, *(o.seen for o in found), *counts])} |")
    return rows


class Documented:
    """The tables of the docs; they are replaced by what is found where that is asked for."""

    def __init__(self, *, is_written: bool) -> None:
        self._is_written = is_written

    def rows(self, name: str, found: list[str]) -> list[str]:
        start, end = f"<!-- faults: {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = DOCS.read_text().partition(start)
        rows, _, after = rest.partition(end)
        if self._is_written:
            rows = "\n".join(found) + "\n"
            DOCS.write_text(before + start + rows + end + after)
        return rows.splitlines()


@pytest.fixture
def documented(request: pytest.FixtureRequest) -> Documented:
    return Documented(is_written=bool(request.config.getoption("--write-docs")))


async def test_faults_of_language_models(
    app: FastAPI, ada: Person, fakes: dict[str, FakeServer], documented: Documented
) -> None:
    async def trial(name: str, path: str) -> Trial:
        clone = await create_clone(ada, llm_provider=name)

        async def ask() -> str:
            return end_of(await post_stream(ada.http, f"/api/chat/{clone}/stream", QUESTION))

        return Trial(app, fakes[name], path, ask)

    trials = {
        "openai": await trial("openai", "/v1/chat/completions"),
        "anthropic": await trial("anthropic", "/v1/messages"),
    }

    rows = await table_of(trials, [*BEFORE_THE_ANSWER, *IN_THE_STREAM])

    assert rows == documented.rows("llm", rows), "run `make fault-table`"


async def test_faults_of_embeddings(
    app: FastAPI, ada: Person, fakes: dict[str, FakeServer], documented: Documented
) -> None:
    clone = await create_clone(ada, embedding_provider="openai")
    await read(ada, clone)

    async def search() -> str:
        url = f"/api/clones/{clone}/search"
        found = (await ada.http.post(url, json={"query": "When is it open?"})).json()
        has_dense = any(result["dense_rank"] for result in found["results"])
        assert found["results"]
        assert bool(found["degraded"]) is not has_dense
        return "found by meaning" if has_dense else f"found by words, `{found['degraded'][0]}`"

    trials = {"openai": Trial(app, fakes["openai"], EMBEDDINGS, search)}

    rows = await table_of(trials, BEFORE_THE_ANSWER)

    assert rows == documented.rows("embeddings", rows), "run `make fault-table`"


async def test_faults_of_speech(
    *,
    served: ServedApp,
    serve: Serve,
    settings: Settings,
    ada: Person,
    fakes: dict[str, FakeServer],
    documented: Documented,
) -> None:
    endpoint = f"{settings.tts_api_base_url}/audio/speech"
    other = await serve(settings.model_copy(update={"tts_api_base_url": endpoint}))

    async def trial(name: str, at: ServedApp) -> Trial:
        clone = await create_clone(ada, tts_provider=name)

        async def ask() -> str:
            url = f"{at.url}/api/chat/tts/{clone}"
            answer = await ada.http.post(url, json={"text": "Some tea, please, and a biscuit."})
            body = answer.json()
            return "speech" if answer.is_success else f"{answer.status_code} `{body['code']}`"

        return Trial(at.app, fakes["openai"], SPEECH, ask)

    trials = {"openai": await trial("openai", served), "external": await trial("external", other)}

    rows = await table_of(trials, [*BEFORE_THE_ANSWER, *IN_THE_BODY])

    assert rows == documented.rows("tts", rows), "run `make fault-table`"
