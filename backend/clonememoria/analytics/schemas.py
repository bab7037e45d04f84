"""What the health routes and /metrics answer."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

DatabaseState = Literal["connected", "disconnected"]
Status = Literal["ok", "degraded"]


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

    model_config = ConfigDict(json_schema_extra={"example": {"name": "dummy", "healthy": True}})

    name: str
    healthy: bool | None


class RagHealth(BaseModel):
    """`retrieval` is "lexical" where questions cannot be embedded: words alone are searched."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "status": "ok",
                "retrieval": "hybrid",
                "providers": {
                    "llm": {"name": "dummy", "healthy": True},
                    "embedding": {"name": "dummy", "healthy": True},
                    "tts": {"name": "dummy", "healthy": True},
                },
            }
        }
    )

    status: Status
    retrieval: Literal["hybrid", "lexical", "unavailable"]
    providers: dict[Literal["llm", "embedding", "tts"], ProviderHealth]


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
