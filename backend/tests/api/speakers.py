"""An installation that speaks through a vendor of its own, for tests about speech."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from clonememoria.accounts.budgets import Budgets
from clonememoria.core.config import Settings
from clonememoria.core.db import Database
from clonememoria.speech.speaking import Listener
from tests.api.clones import create_clone
from tests.conftest import Person, Serve, register
from tests.fakes.openai_server import FakeOpenAI, running

SPEECH = "/v1/audio/speech"
SENTENCES = [
    "The keeper of the light wrote this down.",
    "Nobody else came to the island that winter.",
    "The oil was low, and the wicks were wet.",
    "A ship from the north was seen on Monday.",
    "It brought letters, and it took none along.",
    "So the year ended as quietly as it began.",
]
TEXT = " ".join(SENTENCES)


@dataclass(frozen=True)
class Speaker:
    """Somebody with a clone, the vendor that speaks for it, and the installation's parts."""

    person: Person
    clone: str
    vendor: FakeOpenAI
    listener: Listener

    @property
    def database(self) -> Database:
        return self.listener.database

    @property
    def path(self) -> str:
        return f"/api/chat/tts/{self.clone}"

    async def calls(self) -> int:
        return self.vendor.state.counts[SPEECH]

    async def connections_in_use(self) -> int:
        return int(self.database.engine.pool.checkedout())  # type: ignore[attr-defined]  # a queue

    def said(self) -> list[str]:
        """What the vendor was given to say, in order."""
        return [str(call["body"]["input"]) for call in self.vendor.state.recent]  # type: ignore[index]  # JSON


@asynccontextmanager
async def speaking_through_a_vendor(serve: Serve, settings: Settings) -> AsyncIterator[Speaker]:
    async with running() as vendor:
        update = {"tts_default_provider": "openai", "tts_api_base_url": vendor.base_url}
        served = await serve(settings.model_copy(update=update))
        person = await register(served.url, "eve@example.org")
        async with aclosing(person.http):
            clone = await create_clone(person)
            state = served.app.state
            listener = Listener(
                person.id,
                state.database,
                state.providers,
                state.recordings,
                Budgets(),
                state.metrics,
            )
            yield Speaker(person, clone, vendor, listener)
