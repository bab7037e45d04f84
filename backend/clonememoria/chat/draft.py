"""A reply as it is being written: the text so far, and how it ended; pure, stores nothing."""

from clonememoria.chat.events import Answering, Done, Failed, SourcesFound, Token, Trouble
from clonememoria.chat.turn import Happening, Turn, Unanswered
from clonememoria.models.vocabulary import (
    MessageStatus,
    ReplyMode,
    StoredSkip,
    StoredSource,
    StoredUsage,
)
from clonememoria.providers.llm.base import Finish, Usage
from clonememoria.providers.prices import Prices, estimated_tokens


class Draft:
    def __init__(self, turn: Turn, prices: Prices) -> None:
        self.turn = turn
        self.mode: ReplyMode = "llm_fallback"
        self.sources: tuple[StoredSource, ...] = ()
        self.degraded: tuple[str, ...] = ()
        self.skipped: tuple[StoredSkip, ...] = ()
        self.provider = ""
        self.model = ""
        self.end: Done | Failed | None = None
        self._prices = prices
        self._tokens: list[str] = []

    def add(self, happening: Happening) -> None:
        match happening:
            case Token(text):
                self._tokens.append(text)
            case SourcesFound(mode, sources, degraded):
                self.mode, self.sources, self.degraded = mode, sources, degraded
            case Answering(provider, model, skipped):
                self.provider, self.model, self.skipped = provider, model, skipped
            case Finish(reason, usage):
                # A server that counts no prompt must not make budgets endless.
                prompt_tokens = usage.prompt_tokens or self._prompt_tokens()
                counted = Usage(prompt_tokens, usage.completion_tokens)
                self.end = self._done(reason, self._priced(counted))
            case Unanswered(skipped, error):
                self.mode, self.skipped = "error_fallback", skipped
                self.end = self._done("error", self.usage, error)

    @property
    def token_count(self) -> int:
        return len(self._tokens)

    @property
    def token_lengths(self) -> list[int]:
        return [len(token) for token in self._tokens]

    @property
    def text(self) -> str:
        return "".join(self._tokens)

    @property
    def status(self) -> MessageStatus:
        if self.end is None:
            return "streaming"
        if isinstance(self.end, Done):
            return "failed" if self.end.error else "complete"
        return "interrupted" if self._tokens else "failed"

    @property
    def usage(self) -> StoredUsage:
        """What the vendor counted, or an estimate where it did not come to that."""
        if isinstance(self.end, Done):
            return self.end.usage
        if not self.provider:
            return self._priced(Usage())
        return self._priced(Usage(self._prompt_tokens(), self.token_count))

    def _prompt_tokens(self) -> int:
        texts = [
            self.turn.question,
            *(message.content for message in self.turn.history),
            *(source["excerpt"] for source in self.sources),
        ]
        return estimated_tokens(texts)

    def _priced(self, usage: Usage) -> StoredUsage:
        return StoredUsage(
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cost_usd=self._prices.cost_usd(
                self.provider,
                self.model,
                prompt_tokens=usage.prompt_tokens,
                completion_tokens=usage.completion_tokens,
            ),
        )

    @property
    def attributes(self) -> dict[str, str]:
        """What a reader is told besides the text, also when the reply is told again."""
        told = {"provider": self.provider, "model": self.model} if self.provider else {}
        if self.degraded:
            told["degraded"] = ",".join(self.degraded)
        if trouble := self._trouble:
            told |= {"error_code": trouble.code, "error_detail": trouble.detail}
            if not trouble.retryable:
                told["error_is_final"] = "true"
        return told

    @property
    def _trouble(self) -> Trouble | None:
        if isinstance(self.end, Failed):
            return Trouble(self.end.code, self.end.detail, self.end.retryable)
        return self.end.error if self.end else None

    def stopped(self) -> Done:
        """Ended by its reader: what is there counts as the reply."""
        return self._done("stopped", self.usage)

    def _done(self, reason: str, usage: StoredUsage, error: Trouble | None = None) -> Done:
        return Done(
            message_id=self.turn.message_id,
            conversation_id=self.turn.conversation_id,
            mode=self.mode,
            sources=self.sources,
            usage=usage,
            finish_reason=reason,
            provider=self.provider,
            model=self.model,
            skipped=self.skipped,
            error=error,
        )

    def failed(self, code: str, detail: str, *, retryable: bool = True) -> Failed:
        return Failed(code, detail, retryable, self.turn.message_id)
