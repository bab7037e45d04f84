"""What the health routes and /metrics answer."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from clonememoria.core.redis import RedisState
from clonememoria.core.resilience import CircuitState

DatabaseState = Literal["connected", "disconnected"]
Status = Literal["ok", "degraded"]
RagRole = Literal["llm", "embedding", "tts"]


class Health(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "status": "ok",
                "database": "connected",
                "project": "CloneMemoria",
                "version": "0.1.0",
            }
        }
    )

    status: Status
    database: DatabaseState
    project: str = "CloneMemoria"
    version: str


class Liveness(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"status": "ok"}})

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """`worker` is "stalled" where documents wait and nobody takes them."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "status": "ready",
                "database": "connected",
                "migrations": "at_head",
                "worker": "ok",
            }
        }
    )

    status: Literal["ready", "not_ready"]
    database: DatabaseState
    migrations: Literal["at_head", "behind", "unknown"]
    worker: Literal["ok", "disconnected", "stalled", "unknown"]


class ProviderHealth(BaseModel):
    """`healthy` is null where the vendor did not answer soon enough to tell."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"name": "dummy", "healthy": True, "circuit": "closed", "last_error": None}
        }
    )

    name: str
    healthy: bool | None
    circuit: CircuitState = "closed"
    last_error: str | None = None


class Breaker(BaseModel):
    """The circuit of a configured provider: open while it rests after failing again and again."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"kind": "llm", "name": "openai", "state": "open"}}
    )

    kind: RagRole
    name: str
    state: CircuitState


class RagHealth(BaseModel):
    """`retrieval` is "lexical" where nobody can embed a question, the fallbacks neither.

    `providers` are the defaults; `breakers` tell of everyone who is configured. While `redis` is
    "away", each process keeps limits, breakers and caches for itself.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "status": "degraded",
                "retrieval": "hybrid",
                "providers": {
                    "llm": {
                        "name": "openai",
                        "healthy": False,
                        "circuit": "open",
                        "last_error": "provider_timeout",
                    },
                    "embedding": {
                        "name": "dummy",
                        "healthy": True,
                        "circuit": "closed",
                        "last_error": None,
                    },
                    "tts": {
                        "name": "dummy",
                        "healthy": True,
                        "circuit": "closed",
                        "last_error": None,
                    },
                },
                "breakers": [
                    {"kind": "llm", "name": "dummy", "state": "closed"},
                    {"kind": "llm", "name": "openai", "state": "open"},
                ],
                "redis": "unused",
            }
        }
    )

    status: Status
    retrieval: Literal["hybrid", "lexical", "unavailable"]
    providers: dict[RagRole, ProviderHealth]
    breakers: list[Breaker]
    redis: RedisState


class Counts(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "users": 3,
                "clones": 5,
                "conversations": 41,
                "messages": 380,
                "documents": 27,
            }
        }
    )

    users: int
    clones: int
    conversations: int
    messages: int
    documents: int
