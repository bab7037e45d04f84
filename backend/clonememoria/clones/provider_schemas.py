"""What the providers API takes and gives; never a key."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic.config import JsonDict

from clonememoria.clones.schemas import Choice
from clonememoria.core.resilience import CircuitState
from clonememoria.core.text import storable

ProviderKind = Literal["llm", "embedding", "tts", "vector_store"]
TrialText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(storable),
]

MODELS_EXAMPLE: Final[JsonDict] = {
    "name": "openai",
    "configured": True,
    "healthy": True,
    "circuit": "closed",
    "last_error": None,
    "hint": None,
    "models": ["gpt-4o-mini", "gpt-4o"],
    "default": "gpt-4o-mini",
    "is_default": False,
}
VOICES_EXAMPLE: Final[JsonDict] = {
    "name": "dummy",
    "configured": True,
    "healthy": True,
    "circuit": "closed",
    "last_error": None,
    "hint": None,
    "models": [],
    "voices": ["calm", "bright"],
    "has_open_voices": False,
    "default": "calm",
    "is_default": True,
}


class Provider(BaseModel):
    """`healthy` is null where nobody knows; `default` is the model or voice to begin with.

    `circuit` is "open" while the provider is left alone after failing again and again; then it
    is not healthy. `last_error` is the code of the latest call if that failed, `hint` what the
    operator can do where it is not configured.
    """

    model_config = ConfigDict(json_schema_extra={"example": MODELS_EXAMPLE})

    name: str
    configured: bool
    healthy: bool | None
    circuit: CircuitState = "closed"
    last_error: str | None = None
    hint: str | None = None
    models: list[str]
    default: str | None
    is_default: bool


class TtsProvider(Provider):
    """`has_open_voices` where it may know other voices than the listed ones."""

    model_config = ConfigDict(json_schema_extra={"example": VOICES_EXAMPLE})

    voices: list[str]
    has_open_voices: bool


class Providers(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "llm": [MODELS_EXAMPLE],
                "embedding": [],
                "tts": [VOICES_EXAMPLE],
                "vector_store": [],
            }
        }
    )

    llm: list[Provider]
    embedding: list[Provider]
    tts: list[TtsProvider]
    vector_store: list[Provider]


class ProviderTrial(BaseModel):
    """What to try: the provider's default model or voice, and a short text, unless it is sent."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"model": "gpt-4o-mini", "text": "Who are you?"}}
    )

    model: Choice | None = None
    voice: Choice | None = None
    text: TrialText | None = None


class ProviderTest(BaseModel):
    """`reply` is how a language model's answer begins; null where the kind has none."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "llm",
                "name": "openai",
                "ok": True,
                "latency_ms": 431.7,
                "model": "gpt-4o-mini",
                "voice": None,
                "first_token_ms": 402.3,
                "reply": "Yes.",
            }
        }
    )

    kind: ProviderKind
    name: str
    ok: Literal[True] = True
    latency_ms: float
    model: str | None = None
    voice: str | None = None
    first_token_ms: float | None = None
    reply: str | None = None
