"""Who answers where a clone's own language model does not: the next one, and it is told."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final, cast

from clonememoria.core.errors import ProviderError
from clonememoria.providers.llm.base import Completion, Finish, LanguageModel

# With somebody else at hand nobody waits long for a vendor that says "later".
PATIENCE_WITH_OTHERS_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Candidate:
    llm: LanguageModel
    model: str


@dataclass(frozen=True, slots=True)
class Skip:
    """A provider that did not answer, and why."""

    provider: str
    model: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who may answer, best first; `skipped` are those that cannot even be asked."""

    ready: tuple[Candidate, ...]
    skipped: tuple[Skip, ...] = ()


@dataclass(frozen=True, slots=True)
class Answering:
    """The first item of a stream: whose tokens follow, and who was asked before."""

    provider: str
    model: str
    skipped: tuple[Skip, ...]


class NobodyAnswers(ProviderError):
    """None of the candidates gave a token; `skipped` says why, in their order."""

    def __init__(self, skipped: tuple[Skip, ...], last: ProviderError) -> None:
        self.code, self.title, self.retryable = last.code, last.title, last.retryable
        self.skipped = skipped
        super().__init__(last.detail, retry_after_s=last.retry_after_s)


async def first_to_answer(
    candidates: Candidates, completion: Completion
) -> AsyncGenerator[Answering | str | Finish]:
    """Yield Answering, then the stream of the first candidate that has a token.

    Raise NobodyAnswers, or after a token the ProviderError of whose it was.
    """
    gone = list(candidates.skipped)
    *early, last = candidates.ready
    for candidate in (*early, last):
        patience_s = completion.patience_s if candidate is last else PATIENCE_WITH_OTHERS_S
        asked = replace(completion, model=candidate.model, patience_s=patience_s)
        who = Answering(candidate.llm.name, candidate.model, tuple(gone))
        async with aclosing(_introduced(who, candidate.llm.stream(asked))) as items:
            try:
                yield await anext(items)
            except ProviderError as error:
                gone.append(Skip(who.provider, who.model, error.code, error.detail))
                failure = error
                continue
            async for item in items:
                yield item
            return
    raise NobodyAnswers(tuple(gone), failure) from failure


async def _introduced(
    who: Answering, items: AsyncIterator[str | Finish]
) -> AsyncGenerator[Answering | str | Finish]:
    """`who` is the first item, and comes only when the stream has one."""
    is_first = True
    async with aclosing(cast(AsyncGenerator[str | Finish], items)) as stream:
        async for item in stream:
            if is_first:
                is_first = False
                yield who
            yield item
