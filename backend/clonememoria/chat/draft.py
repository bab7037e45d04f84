"""A reply as it is being written: the text so far, and how it ended; pure, stores nothing."""

from clonememoria.chat.events import Done, Event, Failed, SourcesFound, Token
from clonememoria.chat.turn import Turn
from clonememoria.models.vocabulary import MessageStatus, ReplyMode, StoredSource, StoredUsage


class Draft:
    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.mode: ReplyMode = "llm_fallback"
        self.sources: tuple[StoredSource, ...] = ()
        self.degraded: tuple[str, ...] = ()
        self.end: Done | Failed | None = None
        self._tokens: list[str] = []

    def add(self, event: Event) -> None:
        match event:
            case Token(text):
                self._tokens.append(text)
            case SourcesFound(mode, sources, degraded):
                self.mode, self.sources, self.degraded = mode, sources, degraded
            case Done() | Failed():
                self.end = event

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
            return "complete"
        return "interrupted" if self._tokens else "failed"

    @property
    def attributes(self) -> dict[str, str]:
        """What a reader is told besides the text, also when the reply is told again."""
        told = {"provider": self.turn.provider, "model": self.turn.model}
        if self.degraded:
            told["degraded"] = ",".join(self.degraded)
        if isinstance(self.end, Failed):
            told |= {"error_code": self.end.code, "error_detail": self.end.detail}
        return told

    def stopped(self) -> Done:
        """Ended by its reader: what is there counts as the reply."""
        return Done(
            message_id=self.turn.message_id,
            conversation_id=self.turn.conversation_id,
            mode=self.mode,
            sources=self.sources,
            usage=StoredUsage(prompt_tokens=0, completion_tokens=self.token_count, cost_usd=0.0),
            finish_reason="stopped",
            provider=self.turn.provider,
            model=self.turn.model,
        )

    def failed(self, code: str, detail: str, *, retryable: bool = True) -> Failed:
        return Failed(code, detail, retryable, self.turn.message_id)
