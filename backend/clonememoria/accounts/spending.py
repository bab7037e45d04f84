"""The ledger: what each person spent at providers; knows no provider, costs are told to it.

Whoever spends notes it in the transaction that stores what it was spent on:

    await record(session, Spending(owner_id=reader_id, kind="tts", provider="openai",
                                   model="tts-1", characters=len(text), cost_usd=cost))

`owner_id` pays: the reader of a reply or of speech, the maker of a clone for its documents, whoever
tries a provider for that.
"""

from dataclasses import asdict, dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.models import UsageRecord, User

SpendingKind = Literal["llm", "embeddings", "tts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """`record_id` is given where a transaction may be tried again: the same one is noted once."""

    owner_id: UUID
    kind: SpendingKind
    provider: str
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    characters: int = 0
    cost_usd: float = 0.0
    clone_id: UUID | None = None
    creator_id: UUID | None = None
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    record_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """Sums of the ledger."""

    prompt_tokens: int
    completion_tokens: int
    characters: int
    cost_usd: float
    replies: int


# With the names of the fields of Spent.
SUMS: Final = (
    func.coalesce(func.sum(UsageRecord.prompt_tokens), 0).label("prompt_tokens"),
    func.coalesce(func.sum(UsageRecord.completion_tokens), 0).label("completion_tokens"),
    func.coalesce(func.sum(UsageRecord.characters), 0).label("characters"),
    func.coalesce(func.sum(UsageRecord.cost_usd), 0.0).label("cost_usd"),
    # No test of a provider has a message.
    func.count(UsageRecord.message_id).label("replies"),
)


async def record(session: AsyncSession, spending: Spending) -> None:
    """Note it, unless whoever spent it has deleted their account in the meantime."""
    values = asdict(spending)
    values["id"] = values.pop("record_id") or uuid7()
    columns = [UsageRecord.__table__.c[name] for name in values]
    typed = [literal(values[c.name], c.type) for c in columns]
    # The lock keeps the account until the commit: a row without one would fail the whole reply.
    row = (
        select(*typed)
        .where(User.id == spending.owner_id)
        .with_for_update(read=True, key_share=True)
    )
    statement = insert(UsageRecord).from_select(columns, row)
    await session.execute(statement.on_conflict_do_nothing(index_elements=[UsageRecord.id]))


async def spent(session: AsyncSession, *wanted: ColumnElement[bool]) -> Spent:
    """Of the rows that the session's user may see."""
    sums = (await session.execute(select(*SUMS).where(*wanted))).mappings().one()
    return Spent(**sums)
