"""How much there is of everything, over all tenants."""

from sqlalchemy import func, select

from clonememoria.analytics.schemas import Counts
from clonememoria.core.db import Database
from clonememoria.models import Clone, Conversation, Document, Message, User

_COUNTED = {
    "users": User,
    "clones": Clone,
    "conversations": Conversation,
    "messages": Message,
    "documents": Document,
}


async def count_all(database: Database) -> Counts:
    query = select(
        *(
            select(func.count()).select_from(table).scalar_subquery().label(name)
            for name, table in _COUNTED.items()
        )
    )
    async with database.as_system() as session:
        row = (await session.execute(query)).mappings().one()
    return Counts.model_validate(row)
