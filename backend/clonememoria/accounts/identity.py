"""Who is asking: the logged-in user of a request, and a database session in that user's name."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

import structlog
from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.errors import NotAuthenticated
from clonememoria.core.security import AccessClaims, read_access_token, signing_key
from clonememoria.core.web import AppDatabase
from clonememoria.models import RefreshToken, User

bearer = OAuth2PasswordBearer(
    tokenUrl="/api/auth/token",
    auto_error=False,
    description="The access token of register, login or refresh.",
)


def access_key(request: Request) -> bytes:
    return signing_key(request.app.state.secret_key, "access-token")


AccessKey = Annotated[bytes, Depends(access_key)]


def claims_if_any(
    token: Annotated[str | None, Depends(bearer)], key: AccessKey
) -> AccessClaims | None:
    """Raise NotAuthenticated for a bad token; None where none was sent."""
    return read_access_token(token, key=key) if token else None


MaybeClaims = Annotated[AccessClaims | None, Depends(claims_if_any)]


def claims_if_valid(
    token: Annotated[str | None, Depends(bearer)], key: AccessKey
) -> AccessClaims | None:
    """For logging out: whoever leaves may well come with a token that has expired."""
    with suppress(NotAuthenticated):
        return claims_if_any(token, key)
    return None


ValidClaims = Annotated[AccessClaims | None, Depends(claims_if_valid)]


def current_claims(claims: MaybeClaims) -> AccessClaims:
    if claims is None:
        raise NotAuthenticated
    return claims


Claims = Annotated[AccessClaims, Depends(current_claims)]


async def current_user(claims: Claims, database: AppDatabase) -> User:
    """Looked up in a transaction of its own: a stream keeps the user, and no connection.

    A raised epoch, a revoked session and a deleted account end here, at the next request.
    """
    session_is_live = exists().where(
        RefreshToken.family_id == claims.session_id, RefreshToken.revoked_at.is_(None)
    )
    query = select(User).where(
        User.id == claims.user_id, User.session_epoch == claims.epoch, session_is_live
    )
    structlog.contextvars.bind_contextvars(user_id=str(claims.user_id))
    async with database.as_user(claims.user_id) as session:
        user = await session.scalar(query)
    if user is None:
        raise NotAuthenticated("Your session has ended; log in again")
    return user


CurrentUser = Annotated[User, Depends(current_user)]


async def user_session(user: CurrentUser, database: AppDatabase) -> AsyncIterator[AsyncSession]:
    async with database.as_user(user.id) as session:
        yield session


# The scope "function" commits before the answer is sent, and before a stream begins.
UserSession = Annotated[AsyncSession, Depends(user_session, scope="function")]
