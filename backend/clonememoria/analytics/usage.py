"""What was spent at providers, summed by what it was spent on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.accounts.spending import SUMS
from clonememoria.analytics import usage_schemas as schemas
from clonememoria.clones.access import visible_clone
from clonememoria.models import Clone, UsageRecord
from clonememoria.providers.prices import Prices

DAY: Final = cast(func.timezone("UTC", UsageRecord.created_at), Date)
COST: Final = func.sum(UsageRecord.cost_usd)

Rows = Sequence[ColumnElement[bool]]


async def rows_for(session: AsyncSession, user_id: UUID, clone_key: str | None) -> Rows:
    """What one spent; on a clone that one made, what all its readers did, without their names."""
    mine = UsageRecord.owner_id == user_id
    if clone_key is None:
        return [mine]
    clone = await visible_clone(session, clone_key)
    is_own = clone.creator_id == user_id
    return [
        UsageRecord.clone_id == clone.id,
        UsageRecord.creator_id == user_id if is_own else mine,
    ]


def first_day(now: datetime, days: int) -> datetime:
    """The midnight of UTC that begins the last `days` days, today included."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)


async def by_clone(session: AsyncSession, rows: Rows) -> list[schemas.CloneUsage]:
    """The dearest first; without a name where it was deleted, or is not shared any more."""
    query = (
        select(UsageRecord.clone_id, Clone.name, *SUMS)
        .outerjoin(Clone, Clone.id == UsageRecord.clone_id)
        .where(*rows)
        .group_by(UsageRecord.clone_id, Clone.name)
        .order_by(COST.desc(), func.max(UsageRecord.created_at).desc())
    )
    found = await session.execute(query)
    return [schemas.CloneUsage.model_validate(row) for row in found]


async def by_day(session: AsyncSession, rows: Rows) -> list[schemas.DayUsage]:
    """The days on which something was spent, in their order."""
    query = select(DAY.label("day"), *SUMS).where(*rows).group_by(DAY).order_by(DAY)
    return [schemas.DayUsage.model_validate(row) for row in await session.execute(query)]


async def by_provider(
    session: AsyncSession, rows: Rows, prices: Prices
) -> list[schemas.ProviderUsage]:
    """The dearest first."""
    names = (UsageRecord.kind, UsageRecord.provider, UsageRecord.model)
    query = select(*names, *SUMS).where(*rows).group_by(*names).order_by(COST.desc(), *names)
    return [
        schemas.ProviderUsage(**row, is_priced=prices.is_priced(row["provider"], row["model"]))
        for row in (await session.execute(query)).mappings()
    ]
