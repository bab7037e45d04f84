"""What the routes of a clone's memory take and give: the shapes, their bounds, their examples."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal, cast, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from clonememoria.clones.categories import Domain
from clonememoria.clones.schemas import RagStatus
from clonememoria.core.errors import InvalidInput
from clonememoria.core.text import LongText, Name, ShortText
from clonememoria.knowledge.schemas import PageAddress

MAX_PAGES: Final = 100
EXAMPLE_ID: Final = "019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c"


class UnknownDomain(InvalidInput):
    code, title = "unknown_domain", "There is no such domain"


def _known_domain(value: str) -> Domain:
    domains = get_args(Domain)
    if value not in domains:
        raise UnknownDomain(
            f"There is no such domain; choose one of: {', '.join(domains)}",
            field=("body", "domain_name"),
        )
    return cast(Domain, value)


def now() -> datetime:
    return datetime.now(UTC)


class PageToRead(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Opening hours",
                "url": "https://example.org/hours",
                "type": "webpage",
                "size_bytes": 20480,
            }
        }
    )

    name: Name
    url: PageAddress
    type: ShortText = Field(
        "webpage", description="What you take it for; what it is shows when it is read."
    )
    size_bytes: Annotated[int, Field(ge=0)] | None = Field(
        None, description="What you take it for; what it is shows when it is read."
    )


class InitializeMemory(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "expert_name": "Dr. Ada Winter",
                "domain_name": "health-wellness",
                "context": "Questions of patients of a village practice.",
                "documents": [
                    {
                        "name": "Opening hours",
                        "url": "https://example.org/hours",
                        "type": "webpage",
                    }
                ],
            }
        }
    )

    expert_name: Name | None = Field(None, description="The clone's name by default.")
    domain_name: Annotated[str, AfterValidator(_known_domain)] = Field(
        json_schema_extra={"enum": list(get_args(Domain))}
    )
    context: LongText = Field(description="What the memory is about; the model is told.")
    documents: Annotated[list[PageToRead], Field(max_length=MAX_PAGES)] = Field(
        default_factory=list, description="Addresses to read, besides what the clone has."
    )


PageOutcome = Literal["queued", "known", "refused"]


class PageTaken(BaseModel):
    """`known`: the clone has it already. `refused`: `reason` says why."""

    name: str
    url: str
    outcome: PageOutcome
    document_id: UUID | None = None
    reason: str | None = None


EXAMPLE_INITIALIZED: Final[JsonDict] = {
    "clone_id": EXAMPLE_ID,
    "rag_status": "initializing",
    "documents": [
        {
            "name": "Opening hours",
            "url": "https://example.org/hours",
            "outcome": "queued",
            "document_id": EXAMPLE_ID,
            "reason": None,
        }
    ],
}


class InitializedData(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_INITIALIZED})

    clone_id: UUID
    rag_status: RagStatus
    documents: list[PageTaken]


class ProcessedData(BaseModel):
    clone_id: UUID
    queued_count: int


class ForgottenData(BaseModel):
    clone_id: UUID
    documents: int = Field(description="They are kept, with their files and texts.")
    passages: int = Field(description="Removed, each with its words and vectors.")


class Done(BaseModel):
    success: Literal[True] = True
    message: str
    timestamp: datetime = Field(default_factory=now)


def _example(message: str, data: JsonDict) -> JsonDict:
    return {
        "example": {
            "success": True,
            "message": message,
            "data": data,
            "timestamp": "2026-11-20T10:00:00Z",
        }
    }


class MemoryInitialized(Done):
    model_config = ConfigDict(
        json_schema_extra=_example(
            "The memory is being prepared in the background.", EXAMPLE_INITIALIZED
        )
    )

    data: InitializedData


class DocumentsQueued(Done):
    model_config = ConfigDict(
        json_schema_extra=_example(
            "3 documents are queued.", {"clone_id": EXAMPLE_ID, "queued_count": 3}
        )
    )

    data: ProcessedData


class MemoryForgotten(Done):
    model_config = ConfigDict(
        json_schema_extra=_example(
            "The memory is empty and off; the documents are kept.",
            {"clone_id": EXAMPLE_ID, "documents": 4, "passages": 212},
        )
    )

    data: ForgottenData


class DocumentCounts(BaseModel):
    """`processing` counts those that wait, too; what was taken out of the memory is in none."""

    model_config = ConfigDict(from_attributes=True)

    total: int
    completed: int
    failed: int
    processing: int


class MemoryStatus(BaseModel):
    """`progress_percentage` is of the preparation: 100 as soon as the memory can answer.

    In `maintenance` it is that of the new vectors. `error_message` names documents that failed.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "clone_id": EXAMPLE_ID,
                "rag_enabled": True,
                "rag_status": "initializing",
                "expert_name": "Dr. Ada Winter",
                "domain_name": "health-wellness",
                "documents": {"total": 4, "completed": 0, "failed": 1, "processing": 3},
                "progress_percentage": 40,
                "last_processed_at": None,
                "error_message": "1 of 4 documents failed. “Scan.pdf”: This PDF has no text layer.",
            }
        }
    )

    clone_id: UUID
    rag_enabled: bool
    rag_status: RagStatus
    expert_name: str
    domain_name: Domain
    documents: DocumentCounts
    progress_percentage: Annotated[int, Field(ge=0, le=100)]
    last_processed_at: datetime | None
    error_message: str | None
