"""Who answers where a clone's own language model does not: the next one, and it is told."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

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
    candidates: Sequence[Candidate], completion: Completion, *, skipped: Sequence[Skip] = ()
) -> AsyncIterator[Answering | str | Finish]:
    """Yield Answering, then the stream of the first candidate that has a token.

    Raise NobodyAnswers, or after a token the ProviderError of whose it was. `skipped` are those
    that could not even be asked.
    """
    gone = list(skipped)
    for candidate in candidates:
        is_last = candidate is candidates[-1]
        asked = replace(
            completion,
            model=candidate.model,
            patience_s=completion.patience_s if is_last else PATIENCE_WITH_OTHERS_S,
        )
        has_answered = False
        try:
            async for item in candidate.llm.stream(asked):
                if not has_answered:
                    has_answered = True
                    yield Answering(candidate.llm.name, candidate.model, tuple(gone))
                yield item
            return
        except ProviderError as error:
            if has_answered:
                raise
            gone.append(Skip(candidate.llm.name, candidate.model, error.code, error.detail))
            if is_last:
                raise NobodyAnswers(tuple(gone), error) from error
