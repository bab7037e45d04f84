"""One tiny real call to a provider of each kind, for whoever is about to choose it."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import text

from clonememoria.accounts.budgets import Budgets, check_budget
from clonememoria.accounts.spending import Spending, record
from clonememoria.clones.provider_schemas import ProviderKind, ProviderTrial
from clonememoria.clones.settings import check_voice
from clonememoria.core.db import Database
from clonememoria.core.errors import UnknownProvider
from clonememoria.core.text import without_unstorable
from clonememoria.providers.catalog import Providers
from clonememoria.providers.llm.base import ChatMessage, Completion, Finish, Usage
from clonememoria.providers.prices import estimated_tokens

VECTOR_STORE: Final = "pgvector"
QUESTION: Final = "Answer with the word yes."
SENTENCE: Final = "Yes."
# Enough of a reply to recognise the model by; more would only cost.
MAX_TOKENS: Final = 16
MAX_REPLY_CHARACTERS: Final = 200
# Whoever has pressed a button wants to hear "later" now, not later.
PATIENCE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What was really asked, and what came back; times are milliseconds."""

    latency_ms: float
    model: str | None = None
    voice: str | None = None
    first_token_ms: float | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Tester:
    """Who tries, and pays for it as for a reply."""

    user_id: UUID
    budgets: Budgets
    database: Database
    providers: Providers

    async def check_budget(self, name: str) -> None:
        """What costs nothing may always be tried."""
        if name not in self.providers.prices.free:
            async with self.database.as_user(self.user_id) as session:
                await check_budget(session, self.user_id, self.budgets)

    async def pay(self, used: Spending) -> None:
        """`used` has no cost yet."""
        cost_usd = self.providers.prices.cost_usd(
            used.provider,
            used.model,
            prompt_tokens=used.prompt_tokens,
            completion_tokens=used.completion_tokens,
            characters=used.characters,
        )
        async with self.database.as_user(self.user_id) as session:
            await record(session, replace(used, cost_usd=cost_usd))


class _Clock:
    def __init__(self) -> None:
        self._started = time.perf_counter()

    @property
    def ms(self) -> float:
        return round((time.perf_counter() - self._started) * 1000, 1)


async def try_provider(
    kind: ProviderKind, name: str, wanted: ProviderTrial, *, tester: Tester
) -> Answered:
    """Raise what a chat would have met: a ProviderError, UnknownProvider or BudgetExceeded."""
    if kind == "vector_store":
        return await _try_vectors(name, tester.database)
    await tester.check_budget(name)
    answered, used = await _TRIALS[kind](name, wanted, tester)
    await tester.pay(used)
    return answered


async def _try_llm(name: str, wanted: ProviderTrial, tester: Tester) -> tuple[Answered, Spending]:
    llm = tester.providers.llm(name)
    asked = Completion(
        (ChatMessage("user", wanted.text or QUESTION),),
        model=wanted.model or llm.default_model,
        temperature=0,
        max_tokens=MAX_TOKENS,
        patience_s=PATIENCE_S,
    )
    clock, first_token_ms, reply, usage = _Clock(), None, "", Usage()
    async for item in llm.stream(asked):
        if isinstance(item, Finish):
            usage = item.usage
        else:
            first_token_ms = first_token_ms or clock.ms
            reply = (reply + item)[:MAX_REPLY_CHARACTERS]
    answered = Answered(
        clock.ms,
        model=asked.model,
        first_token_ms=first_token_ms,
        reply=without_unstorable(reply).strip(),
    )
    used = Spending(
        owner_id=tester.user_id,
        kind="llm",
        provider=name,
        model=asked.model,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
    )
    return answered, used


async def _try_embeddings(
    name: str, wanted: ProviderTrial, tester: Tester
) -> tuple[Answered, Spending]:
    embeddings = tester.providers.embeddings(name)
    model, said = wanted.model or embeddings.default_model, wanted.text or SENTENCE
    clock = _Clock()
    await embeddings.embed([said], model=model)
    used = Spending(
        owner_id=tester.user_id,
        kind="embeddings",
        provider=name,
        model=model,
        prompt_tokens=estimated_tokens([said]),
    )
    return Answered(clock.ms, model=model), used


async def _try_tts(name: str, wanted: ProviderTrial, tester: Tester) -> tuple[Answered, Spending]:
    tts = tester.providers.tts(name)
    voice, said = wanted.voice or tts.default_voice, wanted.text or SENTENCE
    await check_voice(tts, voice, field=("body", "voice"))
    clock = _Clock()
    await tts.synthesize(said, voice=voice)
    used = Spending(
        owner_id=tester.user_id, kind="tts", provider=name, model=tts.model, characters=len(said)
    )
    return Answered(clock.ms, voice=voice), used


async def _try_vectors(name: str, database: Database) -> Answered:
    if name != VECTOR_STORE:
        raise UnknownProvider(f"The only vector store is {VECTOR_STORE}")
    clock = _Clock()
    async with database.as_system() as session:
        await session.execute(text("select '[1,2]'::vector <=> '[2,1]'::vector"))
    return Answered(clock.ms)


_Trial = Callable[[str, ProviderTrial, Tester], Awaitable[tuple[Answered, Spending]]]
_TRIALS: Final[Mapping[str, _Trial]] = {
    "llm": _try_llm,
    "embedding": _try_embeddings,
    "tts": _try_tts,
}
