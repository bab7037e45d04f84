"""What /api/usage answers."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from clonememoria.accounts.budgets import BudgetName
from clonememoria.accounts.spending import SpendingKind

EXAMPLE_TOTALS: Final[JsonDict] = {
    "prompt_tokens": 5120,
    "completion_tokens": 830,
    "characters": 0,
    "cost_usd": 0.001266,
    "replies": 12,
}
EXAMPLE_CLONE: Final[JsonDict] = {
    "clone_id": "019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c",
    "name": "Dr. Heart",
    **EXAMPLE_TOTALS,
}
EXAMPLE_DAY: Final[JsonDict] = {"day": "2026-11-20", **EXAMPLE_TOTALS}
EXAMPLE_PROVIDER: Final[JsonDict] = {
    "kind": "llm",
    "provider": "openai",
    "model": "gpt-4o-mini",
    "is_priced": True,
    **EXAMPLE_TOTALS,
}
EXAMPLE_BUDGET: Final[JsonDict] = {
    "name": "tokens_per_day",
    "limit": 100000,
    "used": 5950,
    "renews_at": "2026-11-21T00:00:00Z",
}


class UsageTotals(BaseModel):
    """`characters` were spoken. Tokens of documents are estimated, those of replies counted."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": EXAMPLE_TOTALS})

    prompt_tokens: int
    completion_tokens: int
    characters: int
    cost_usd: float
    replies: int


class CloneUsage(UsageTotals):
    """No `name` where the clone is gone, or not shared with you; neither for tests of providers."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": EXAMPLE_CLONE})

    clone_id: UUID | None
    name: str | None


class DayUsage(UsageTotals):
    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": EXAMPLE_DAY})

    day: date


class ProviderUsage(UsageTotals):
    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": EXAMPLE_PROVIDER})

    kind: SpendingKind
    provider: str
    model: str
    is_priced: bool = Field(description="False: nobody knows what it costs, and 0 is counted.")


class Budget(BaseModel):
    """Yours; `limit` and `used` are in what the name says, by the calendar of UTC."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": EXAMPLE_BUDGET})

    name: BudgetName
    limit: float
    used: float
    renews_at: datetime


class Usage(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "since": "2026-10-22T00:00:00Z",
                "until": "2026-11-20T10:00:00Z",
                "totals": EXAMPLE_TOTALS,
                "by_clone": [EXAMPLE_CLONE],
                "by_day": [EXAMPLE_DAY],
                "by_provider": [EXAMPLE_PROVIDER],
                "budgets": [EXAMPLE_BUDGET],
            }
        }
    )

    since: datetime
    until: datetime
    totals: UsageTotals
    by_clone: list[CloneUsage]
    by_day: list[DayUsage]
    by_provider: list[ProviderUsage]
    budgets: list[Budget]
