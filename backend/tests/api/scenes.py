"""An app with a worker only while a test wants one, and somebody's clone in it, for tests."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg

from clonememoria.core.config import Settings
from clonememoria.knowledge.worker import Timing, running_worker
from tests.api.documents import Json
from tests.conftest import Person, ServedApp
from tests.fakes.openai_server import FakeOpenAI

QUICK: Final = Timing(heartbeat_s=0.8, poll_s=0.2, provider_retries_s=(0.2, 0.4))


@asynccontextmanager
async def working(app: ServedApp) -> AsyncIterator[None]:
    """A worker, for as long as it is open."""
    state = app.app.state
    async with running_worker(
        database=state.database,
        providers=state.providers,
        settings=state.settings,
        metrics=state.metrics,
        timing=QUICK,
    ):
        yield


@dataclass(frozen=True)
class Scene:
    """Eve's clone, and a provider that can be broken."""

    eve: Person
    clone_id: str
    app: ServedApp
    upstream: FakeOpenAI
    superuser: asyncpg.Connection

    @property
    def settings(self) -> Settings:
        settings: Settings = self.app.app.state.settings
        return settings

    def work(self) -> AbstractAsyncContextManager[None]:
        return working(self.app)

    async def change(self, embedding: dict[str, str]) -> Json:
        url = f"/api/clones/{self.clone_id}/settings"
        answer = await self.eve.http.patch(url, json=embedding)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def change_now(self) -> Json:
        """What the settings say about the change under way."""
        url = f"/api/clones/{self.clone_id}/settings"
        return (await self.eve.http.get(url)).json()["reembedding"]

    async def is_settled(self) -> bool:
        return await self.change_now() is None

    async def vectors(self) -> dict[str, int]:
        """How many are stored of each model."""
        rows = await self.superuser.fetch(
            "select model, count(*) from chunk_embeddings"
            " join embedding_spaces s on s.id = space_id group by 1"
        )
        return {row["model"]: row["count"] for row in rows}
