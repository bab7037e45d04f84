"""What the documents API takes and gives: the shapes, their bounds and their examples."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from clonememoria.core.addresses import MAX_URL_CHARS
from clonememoria.core.text import Name, storable
from clonememoria.knowledge.progress import Stage

Status = Literal["pending", "processing", "completed", "failed", "skipped"]
SourceType = Literal["manual", "file", "url"]
Type = Literal["document", "webpage", "api"]
Visibility = Literal["public", "private"]

MAX_PASTED_CHARS: Final = 10_000_000


def _has_text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty: there is nothing in it to read")
    return value


Content = Annotated[
    str,
    StringConstraints(max_length=MAX_PASTED_CHARS),
    AfterValidator(storable),
    AfterValidator(_has_text),
]

DOCUMENT_EXAMPLE: Final[dict[str, Any]] = {
    "id": "019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c",
    "clone_id": "019367f4-0a31-7d1e-9a5e-6f2f5c1b7a10",
    "title": "Handbook.pdf",
    "source_type": "file",
    "type": "document",
    "mime_type": "application/pdf",
    "url": None,
    "size_bytes": 48213,
    "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "status": "processing",
    "stage": "embedding",
    "progress_percentage": 55,
    "seconds_left": 12,
    "error_message": None,
    "page_count": None,
    "chunk_count": 0,
    "visibility": "public",
    "duplicate_of": None,
    "canonical_url": None,
    "refresh_interval_hours": None,
    "checked_at": None,
    "created_at": "2026-11-20T10:00:00Z",
    "updated_at": "2026-11-20T10:00:01Z",
}


class Document(BaseModel):
    """`chunk_count` counts what answers now: of the version before, while a new one is read."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": DOCUMENT_EXAMPLE})

    id: UUID
    clone_id: UUID
    title: str
    source_type: SourceType
    type: Type
    mime_type: str
    url: str | None
    size_bytes: int
    content_hash: str
    status: Status
    stage: Stage
    progress_percentage: Annotated[int, Field(ge=0, le=100)]
    seconds_left: int | None = Field(
        description="From the rate measured so far; null where there is nothing to tell it from."
    )
    error_message: str | None
    page_count: int | None
    chunk_count: int
    visibility: Visibility
    duplicate_of: UUID | None = Field(
        None, description="In the answer to an upload: a skipped file is not stored again."
    )
    canonical_url: str | None = Field(
        description="Of a web page: the address that it gives itself, or where redirects led."
    )
    refresh_interval_hours: int | None = Field(
        description="Of a web page: how often it is fetched again; null for never."
    )
    checked_at: datetime | None = Field(
        description="Of a web page: when its site last told what is on it."
    )
    created_at: datetime
    updated_at: datetime


class DocumentWithContent(Document):
    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={"example": DOCUMENT_EXAMPLE | {"content": "The text of the handbook."}},
    )

    content: str | None = Field(description="The text that was read; null until it was.")


def with_content(shown: Document, text: Sequence[str]) -> Iterator[bytes]:
    """A DocumentWithContent as JSON, part by part: 100 MB at once hold up all others for 0.7 s."""
    yield shown.model_dump_json().encode()[:-1] + b',"content":'
    if any(text):
        yield b'"'
        for part in text:
            yield msgspec.json.encode(part)[1:-1]
        yield b'"}'
    else:
        yield b"null}"


class DocumentCreate(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "title": "Opening hours",
                "content": "The practice is open from 8 to 12 on weekdays.",
                "source_type": "manual",
            }
        },
    )

    title: Name
    content: Content
    source_type: Literal["manual"] = "manual"
    visibility: Visibility = "public"


RefreshInterval = Annotated[int, Field(ge=1, le=8760)]
PageAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_URL_CHARS),
    AfterValidator(storable),
]


class PageCreate(BaseModel):
    """A page without a title gets its own, once it is fetched."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "url": "https://example.com/opening-hours",
                "refresh_interval_hours": 24,
            }
        }
    )

    url: PageAddress
    title: Name | None = None
    visibility: Visibility = "public"
    refresh_interval_hours: RefreshInterval | None = None


class DocumentPatch(BaseModel):
    """Only what is sent changes; a new title or content is indexed anew."""

    model_config = ConfigDict(json_schema_extra={"example": {"title": "Opening hours in winter"}})

    title: Name | None = None
    content: Content | None = None
    visibility: Visibility | None = None
    refresh_interval_hours: RefreshInterval | None = Field(
        None, description="Of a web page: how often it is fetched again; null for never."
    )


class ContentReplacement(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"content": "The practice is open from 9 to 12 on weekdays."}}
    )

    content: Content


class Chunk(BaseModel):
    """`content` is exactly `document.content[char_start:char_end]`."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {
                "id": "019367f6-1c1d-7b43-8a29-0d9a3c5e7f21",
                "chunk_index": 0,
                "content": "The practice is open from 8 to 12 on weekdays.",
                "heading_path": ["Visiting us"],
                "page_number": 1,
                "char_start": 0,
                "char_end": 46,
                "token_count": 11,
            }
        },
    )

    id: UUID
    chunk_index: int
    content: str
    heading_path: list[str]
    page_number: int | None
    char_start: int
    char_end: int
    token_count: int
