"""Shorthand for talking to a language model in a test."""

from dataclasses import dataclass, field

from clonememoria.core.errors import ProviderError
from clonememoria.providers.llm.base import ChatMessage, Completion, Finish, LanguageModel
from clonememoria.providers.llm.passages import PromptPassage, render_passages

TEA = PromptPassage(
    1, "Tea", None, "Green tea is brewed at 80 degrees. Black tea needs boiling water."
)


def completion(question: str, *, model: str, max_tokens: int = 500) -> Completion:
    system = f"You are Mei Lin, tea master.\n\n{render_passages([TEA])}"
    messages = (ChatMessage("system", system), ChatMessage("user", question))
    return Completion(messages, model=model, temperature=0.5, max_tokens=max_tokens)


@dataclass
class Heard:
    """What came out of one stream, and how it ended."""

    tokens: list[str] = field(default_factory=list)
    finish: Finish | None = None
    error: ProviderError | None = None

    @property
    def text(self) -> str:
        return "".join(self.tokens)


async def listen(
    llm: LanguageModel,
    question: str = "How hot is green tea brewed?",
    *,
    model: str | None = None,
    max_tokens: int = 500,
) -> Heard:
    heard = Heard()
    asked = completion(question, model=model or llm.default_model, max_tokens=max_tokens)
    try:
        async for item in llm.stream(asked):
            assert heard.finish is None, "nothing comes after the finish"
            if isinstance(item, Finish):
                heard.finish = item
            else:
                heard.tokens.append(item)
    except ProviderError as error:
        heard.error = error
    return heard
