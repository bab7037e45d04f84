"""What vectors cost the maker of a clone: asked for before, noted where they are stored."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.accounts.budgets import Budgets, check_budget
from clonememoria.accounts.spending import Spending, record
from clonememoria.knowledge.spaces import Embedding
from clonememoria.providers.prices import Prices, estimated_tokens


async def check_affordable(
    session: AsyncSession,
    embedding: Embedding,
    *,
    owner_id: UUID,
    prices: Prices,
    budgets: Budgets,
) -> None:
    """Raise BudgetExceeded, unless vectors of this embedding cost nothing."""
    price = prices.of(embedding.provider, embedding.model)
    if price and price.input:
        await check_budget(session, owner_id, budgets)


async def charge(
    session: AsyncSession,
    embedding: Embedding,
    texts: Collection[str],
    *,
    clone_id: UUID,
    owner_id: UUID,
    prices: Prices,
) -> None:
    """For `texts` as the provider got them; it counts only in answers that we do not keep."""
    tokens = estimated_tokens(texts)
    spending = Spending(
        owner_id=owner_id,
        clone_id=clone_id,
        creator_id=owner_id,
        kind="embeddings",
        provider=embedding.provider,
        model=embedding.model,
        prompt_tokens=tokens,
        cost_usd=prices.cost_usd(embedding.provider, embedding.model, prompt_tokens=tokens),
    )
    await record(session, spending)
