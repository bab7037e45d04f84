"""How much each person may spend at providers, and the refusal of what would go beyond it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Self
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.accounts.spending import spent
from clonememoria.core.config import Settings
from clonememoria.core.errors import BudgetExceeded
from clonememoria.models import Message, UsageRecord

BudgetName = Literal["tokens_per_day", "usd_per_month"]

# How soon it is worth asking again where running replies hold the rest.
HELD_FOR_S: Final = 5.0
# A reply that no conversation keeps is noted without a message, and so without a cost, while it
# is made. If its process dies, it holds nothing for longer than this.
UNSAVED_HELD_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Budgets:
    """Of each person, by the calendar of UTC; 0 is no limit. The tokens are those of replies."""

    tokens_per_day: int = 0
    usd_per_month: float = 0.0

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(settings.budget_tokens_per_day, settings.budget_usd_per_month)

    @classmethod
    def in_dollars(cls, settings: Settings) -> Self:
        """For what is no reply: it uses up no tokens, and needs none to be left."""
        return cls(usd_per_month=settings.budget_usd_per_month)

    def __bool__(self) -> bool:
        return bool(self.tokens_per_day or self.usd_per_month)


@dataclass(frozen=True, slots=True)
class Reserve:
    """What a reply that is being written may come to, as far as one can tell."""

    tokens: int = 0
    usd: float = 0.0


@dataclass(frozen=True, slots=True)
class BudgetState:
    name: BudgetName
    limit: float
    used: float
    renews_at: datetime


async def check_budget(
    session: AsyncSession, user_id: UUID, budgets: Budgets, *, reserve: Reserve | None = None
) -> None:
    """Raise BudgetExceeded where a budget is used up, or held by replies that are being written.

    With a `reserve` the questions of one person pass one at a time, until this transaction ends:
    however many come at once, those that pass fit in the budget by their reserves, but the last.
    """
    if not budgets:
        return
    running = 0
    if reserve:
        await session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"budget {user_id}", 0)))
        )
        running = await _running_replies(session, user_id)
    now = datetime.now(UTC)
    for state in await budget_states(session, user_id, budgets, now=now):
        if state.used >= state.limit:
            raise _used_up(state, now)
        if reserve and state.used + running * _part_of(reserve, state.name) >= state.limit:
            raise _held(state)


async def budget_states(
    session: AsyncSession, user_id: UUID, budgets: Budgets, *, now: datetime
) -> list[BudgetState]:
    """Only of the budgets that there are."""
    states: list[BudgetState] = []
    mine = UsageRecord.owner_id == user_id
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if budgets.tokens_per_day:
        is_reply = UsageRecord.kind == "llm"
        of_today = await spent(session, mine, is_reply, UsageRecord.created_at >= today)
        tokens = of_today.prompt_tokens + of_today.completion_tokens
        tomorrow = today + timedelta(days=1)
        states.append(BudgetState("tokens_per_day", budgets.tokens_per_day, tokens, tomorrow))
    if budgets.usd_per_month:
        this_month = today.replace(day=1)
        of_month = await spent(session, mine, UsageRecord.created_at >= this_month)
        next_month = (this_month + timedelta(days=32)).replace(day=1)
        states.append(
            BudgetState("usd_per_month", budgets.usd_per_month, of_month.cost_usd, next_month)
        )
    return states


async def _running_replies(session: AsyncSession, user_id: UUID) -> int:
    saved = select(func.count(Message.id)).where(
        Message.owner_id == user_id, Message.status == "streaming"
    )
    lost = func.clock_timestamp() - timedelta(seconds=UNSAVED_HELD_S)
    unsaved = select(func.count(UsageRecord.id)).where(
        UsageRecord.owner_id == user_id,
        UsageRecord.kind == "llm",
        UsageRecord.clone_id.is_not(None),
        UsageRecord.message_id.is_(None),
        UsageRecord.created_at > lost,
    )
    running = select(saved.scalar_subquery() + unsaved.scalar_subquery())
    return await session.scalar(running) or 0


def _part_of(reserve: Reserve, name: BudgetName) -> float:
    return reserve.tokens if name == "tokens_per_day" else reserve.usd


def _used_up(state: BudgetState, now: datetime) -> BudgetExceeded:
    day, wait = state.renews_at, state.renews_at - now
    return BudgetExceeded(
        f"Your budget for {_window(state)} is used up: {_used_of(state)}. It renews on "
        f"{day.day} {day:%B} at 00:00 UTC, in {_in_words(wait)}; whoever runs this installation "
        "can raise it",
        extra=_facts(state),
        retry_after_s=wait.total_seconds(),
    )


def _held(state: BudgetState) -> BudgetExceeded:
    return BudgetExceeded(
        f"The rest of your budget for {_window(state)} is held by replies that are being written: "
        f"{_used_of(state)} are used. Ask again when they are done",
        extra=_facts(state),
        retry_after_s=HELD_FOR_S,
    )


def _facts(state: BudgetState) -> dict[str, object]:
    return {
        "budget": state.name,
        "limit": state.limit,
        "used": state.used,
        "renews_at": state.renews_at.isoformat(),
    }


def _window(state: BudgetState) -> str:
    return "today" if state.name == "tokens_per_day" else "this month"


def _used_of(state: BudgetState) -> str:
    if state.name == "tokens_per_day":
        return f"{state.used:,.0f} of {state.limit:,.0f} tokens"
    digits = 2 if state.limit >= 1 else 6
    return f"${state.used:,.{digits}f} of ${state.limit:,.{digits}f}"


def _in_words(wait: timedelta) -> str:
    hours, minutes = divmod(int(wait.total_seconds()) // 60 + 1, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
