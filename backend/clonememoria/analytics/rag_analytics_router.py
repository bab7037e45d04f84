"""The route GET /api/rag/analytics: how much one's clones remember."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from clonememoria.accounts.identity import CurrentUser, UserSession
from clonememoria.analytics.rag_analytics import MemorySums, sums_by_domain
from clonememoria.clones.categories import Domain
from clonememoria.core.openapi import problems

router = APIRouter(responses=problems(401, 503))

EXAMPLE_SUMS: Final[JsonDict] = {
    "clones": 3,
    "ready_clones": 2,
    "ready_share": 0.6667,
    "documents": 12,
    "completed_documents": 11,
    "failed_documents": 1,
    "passages": 840,
    "storage_bytes": 5242880,
}


class MemorySumsOut(BaseModel):
    """`ready_share` is of the clones; `storage_bytes` of the documents as they came."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": EXAMPLE_SUMS})

    clones: int
    ready_clones: int
    ready_share: Annotated[float, Field(ge=0, le=1)]
    documents: int
    completed_documents: int
    failed_documents: int
    passages: int
    storage_bytes: int


class DomainSums(MemorySumsOut):
    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={"example": {"domain": "health-wellness", **EXAMPLE_SUMS}},
    )

    domain: Domain


class RagAnalytics(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "domains": [{"domain": "health-wellness", **EXAMPLE_SUMS}],
                "totals": EXAMPLE_SUMS,
                "timestamp": "2026-11-20T10:00:00Z",
            }
        }
    )

    domains: list[DomainSums]
    totals: MemorySumsOut
    timestamp: datetime


@router.get("/analytics")
async def read_analytics(_user: CurrentUser, session: UserSession) -> RagAnalytics:
    """How much your own clones remember: by domain, and in all."""
    sums = await sums_by_domain(session)
    return RagAnalytics(
        domains=[
            DomainSums(domain=domain, **MemorySumsOut.model_validate(part).model_dump())
            for domain, part in sums.items()
        ],
        totals=MemorySumsOut.model_validate(MemorySums.of(sums.values())),
        timestamp=datetime.now(UTC),
    )
