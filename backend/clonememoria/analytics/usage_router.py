"""The route under /api/usage: what was spent at providers, and how much may be."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from clonememoria.accounts.budgets import Budgets, budget_states
from clonememoria.accounts.identity import CurrentUser, UserSession
from clonememoria.accounts.spending import spent
from clonememoria.analytics import usage
from clonememoria.analytics import usage_schemas as schemas
from clonememoria.clones.access import CloneKey
from clonememoria.clones.dependencies import AppProviders
from clonememoria.core.openapi import problems
from clonememoria.core.web import AppSettings
from clonememoria.models import UsageRecord

router = APIRouter(responses=problems(401, 404, 422))


@router.get("")
async def read_usage(
    *,
    user: CurrentUser,
    session: UserSession,
    providers: AppProviders,
    settings: AppSettings,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
    clone_id: CloneKey | None = None,
) -> schemas.Usage:
    """What you spent at providers in the last days of UTC, today included.

    With the `clone_id` of a clone that you made: what all its readers did, without their names.
    """
    now = datetime.now(UTC)
    since = usage.first_day(now, days)
    whose = await usage.rows_for(session, user.id, clone_id)
    rows = [*whose, UsageRecord.created_at >= since]
    budgets = Budgets.from_settings(settings)
    states = await budget_states(session, user.id, budgets, now=now)
    return schemas.Usage(
        since=since,
        until=now,
        totals=schemas.UsageTotals.model_validate(await spent(session, *rows)),
        by_clone=await usage.by_clone(session, rows),
        by_day=await usage.by_day(session, rows),
        by_provider=await usage.by_provider(session, rows, providers.prices),
        budgets=[schemas.Budget.model_validate(state) for state in states],
    )
