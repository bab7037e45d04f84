"""What the providers API gives; never a key."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

ProviderKind = Literal["llm", "embedding", "tts", "vector_store"]

MODELS_EXAMPLE: Final[JsonDict] = {
    "name": "openai",
    "configured": True,
    "healthy": True,
    "circuit": "closed",
    "models": ["gpt-4o-mini", "gpt-4o"],
    "default": "gpt-4o-mini",
    "is_default": False,
}
VOICES_EXAMPLE: Final[JsonDict] = {
    "name": "dummy",
    "configured": True,
    "healthy": True,
    "circuit": "closed",
    "models": [],
    "voices": ["calm", "bright"],
    "default": "calm",
    "is_default": True,
}


class Provider(BaseModel):
    """`healthy` is null where nobody knows; `default` is the model or voice to begin with.

    `last_error` is the code of the latest failure, `hint` what to do where it is not configured.
    """

    model_config = ConfigDict(json_schema_extra={"example": MODELS_EXAMPLE})

    name: str
    configured: bool
    healthy: bool | None
    circuit: Literal["closed", "open", "half_open"] = "closed"
    last_error: str | None = None
    hint: str | None = None
    models: list[str]
    default: str | None
    is_default: bool


class TtsProvider(Provider):
    model_config = ConfigDict(json_schema_extra={"example": VOICES_EXAMPLE})

    voices: list[str]


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


class ProviderTest(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"kind": "llm", "name": "dummy", "ok": True, "latency_ms": 1.4}
        }
    )

    kind: ProviderKind
    name: str
    ok: Literal[True] = True
    latency_ms: float
