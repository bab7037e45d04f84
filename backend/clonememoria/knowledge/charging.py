"""What vectors cost the maker of a clone: noted in the transaction that stores them."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.accounts.spending import Spending, record
from clonememoria.knowledge.spaces import Embedding
from clonememoria.providers.prices import Prices

# Of English text: vendors count only in answers that we do not keep.
CHARACTERS_PER_TOKEN: Final = 4


async def charge(
    session: AsyncSession,
    embedding: Embedding,
    texts: Collection[str],
    *,
    clone_id: UUID,
    owner_id: UUID,
    prices: Prices,
) -> None:
    """For `texts` as the provider got them. The tokens are an estimate."""
    tokens = sum(map(len, texts)) // CHARACTERS_PER_TOKEN + 1
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
