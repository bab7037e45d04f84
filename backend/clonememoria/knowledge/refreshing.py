"""Which web pages are to be looked at again, and when; fetches none of them.

They have a line of their own, so that nobody's upload waits for a page that nobody waits for. A
page in that line is `completed`, and answers, up to the moment when its turn comes.
"""

from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, func, select, update

from clonememoria.accounts.budgets import Budgets
from clonememoria.core.db import Database
from clonememoria.core.errors import BudgetExceeded
from clonememoria.knowledge.charging import check_affordable
from clonememoria.knowledge.lifecycle import hold_clone
from clonememoria.knowledge.queue import RefreshJob, enqueue_distinct
from clonememoria.knowledge.spaces import serving_now
from clonememoria.models import Clone, Document
from clonememoria.providers.prices import Prices

log = structlog.get_logger()

EVERY_FIVE_MINUTES: Final = "*/5 * * * *"
# At one time; the others are found five minutes later.
MAX_REQUESTS: Final = 1_000
# After a refresh that failed, or whatever else was done to the page: sites heal in hours.
PAUSE_H: Final = 6

_LAST_SEEN: Final = func.coalesce(Document.checked_at, Document.created_at)


async def request_refreshes(database: Database) -> int:
    """Queue each page that is due, once, however many ask; return how many are new in line."""
    query = (
        select(Document.id, Document.owner_id)
        .where(_is_due(), exists().where(Clone.id == Document.clone_id, Clone.rag_enabled))
        .order_by(_LAST_SEEN)
        .limit(MAX_REQUESTS)
    )
    async with database.as_system() as session:
        due = [RefreshJob(*page) for page in await session.execute(query)]
        return await enqueue_distinct(session, due) if due else 0


async def begin_refresh(
    job: RefreshJob, *, database: Database, prices: Prices, budgets: Budgets
) -> None:
    """Its turn has come: now it may be claimed, unless it is no longer due, or too expensive."""
    async with database.as_user(job.owner_id) as session:
        document = await session.get(Document, job.subject_id)
        if document is None:
            return
        embedding = await serving_now(session, document.clone_id)
        try:
            await check_affordable(
                session, embedding, owner_id=job.owner_id, prices=prices, budgets=budgets
            )
        except BudgetExceeded:
            log.info("refresh_beyond_budget", document_id=str(job.subject_id))
            return
        await hold_clone(session, document.clone_id)
        await session.execute(
            update(Document)
            .where(Document.id == job.subject_id, _is_due())
            .values(
                status="pending",
                stage="queued",
                progress_percentage=0,
                attempts=0,
                updated_at=func.clock_timestamp(),
            )
            .execution_options(synchronize_session=False)
        )


def _is_due() -> ColumnElement[bool]:
    interval_h = Document.refresh_interval_hours
    return and_(
        Document.source_type == "url",
        interval_h.is_not(None),
        Document.status.in_(("completed", "failed")),
        _hours_ago(interval_h) > _LAST_SEEN,
        _hours_ago(func.least(interval_h, PAUSE_H)) > Document.updated_at,
    )


def _hours_ago(hours: SQLColumnExpression[int | None]) -> ColumnElement[datetime]:
    return func.clock_timestamp() - func.make_interval(0, 0, 0, 0, hours)
