"""Clones on an OpenAI-compatible server, for tests of what becomes of their replies."""

from typing import cast

from clonememoria.core.config import Settings
from tests.api.documents import Json
from tests.conftest import Person
from tests.fakes.openai_server import FakeOpenAI
from tests.sse import SseEvent

# Long enough for a busy machine, where nothing is meant to hang.
PATIENCE_S = 10.0


def answered_by(
    upstream: FakeOpenAI,
    settings: Settings,
    *,
    first_token_s: float = PATIENCE_S,
    idle_s: float = PATIENCE_S,
) -> Settings:
    return settings.model_copy(
        update={
            "llm_default_provider": "openai",
            "llm_openai_base_url": upstream.base_url,
            "llm_openai_model": "fake-n20",
            "llm_first_token_timeout_s": first_token_s,
            "llm_idle_timeout_s": idle_s,
        }
    )


def last_request(upstream: FakeOpenAI) -> Json:
    return cast(Json, upstream.state.recent[-1])["body"]


async def kept_reply(person: Person, events: list[SseEvent]) -> dict[str, object]:
    conversation = events[0].data["conversation_id"]
    kept = (await person.http.get(f"/api/conversations/{conversation}")).json()
    return dict(kept["messages"][-1])
