"""Refresh tokens: a session is a family of them, each good for one rotation (ADR 0005)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.core.db import Database
from clonememoria.core.errors import NotAuthenticated
from clonememoria.core.security import fingerprint, new_secret
from clonememoria.models import RefreshToken, User

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RefreshCookie:
    """The user's id comes first, because row security shows the token to nobody else."""

    user_id: UUID
    secret: str

    def __str__(self) -> str:
        return f"{self.user_id}.{self.secret}"

    @classmethod
    def parse(cls, value: str) -> Self:
        user_id, _, secret = value.partition(".")
        try:
            return cls(UUID(user_id), secret)
        except ValueError as error:
            raise NotAuthenticated("The refresh cookie is not valid; log in again") from error


@dataclass(frozen=True, slots=True)
class LiveSession:
    id: UUID
    user: User
    cookie: RefreshCookie


async def open_session(session: AsyncSession, user: User, *, lifetime: timedelta) -> LiveSession:
    """Also forgets the user's expired tokens, so that the table stays small."""
    await session.execute(
        delete(RefreshToken).where(
            RefreshToken.owner_id == user.id, RefreshToken.expires_at < func.now()
        )
    )
    return await _add_token(session, user, family_id=uuid7(), lifetime=lifetime)


async def _add_token(
    session: AsyncSession, user: User, *, family_id: UUID, lifetime: timedelta
) -> LiveSession:
    cookie = RefreshCookie(user.id, new_secret())
    token = RefreshToken(
        owner_id=user.id,
        family_id=family_id,
        token_hash=fingerprint(cookie.secret),
        expires_at=datetime.now(UTC) + lifetime,
    )
    session.add(token)
    await session.flush()
    return LiveSession(family_id, user, cookie)


async def rotate(database: Database, cookie: RefreshCookie, *, lifetime: timedelta) -> LiveSession:
    """Raise NotAuthenticated for a token that is not live; a used one ends its whole family."""
    async with database.as_user(cookie.user_id) as session:
        renewed = await _rotate(session, cookie, lifetime=lifetime)
    # Raised here: inside the block it would take the revocation back.
    if renewed is None:
        raise NotAuthenticated("Your session has ended; log in again")
    return renewed


async def _rotate(
    session: AsyncSession, cookie: RefreshCookie, *, lifetime: timedelta
) -> LiveSession | None:
    user = await locked_user(session, cookie.user_id)
    token = await _find(session, cookie)
    if user is None or token is None or token.revoked_at or token.expires_at < datetime.now(UTC):
        return None
    if token.used_at:
        log.warning("refresh_token_reused", user_id=str(cookie.user_id))
        await close_session(session, token.family_id)
        return None
    token.used_at = datetime.now(UTC)
    return await _add_token(session, user, family_id=token.family_id, lifetime=lifetime)


async def close_session(session: AsyncSession, session_id: UUID) -> None:
    await session.execute(
        update(RefreshToken)
        .where(RefreshToken.family_id == session_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=func.now())
    )


async def close_session_of(database: Database, cookie: RefreshCookie) -> None:
    async with database.as_user(cookie.user_id) as session:
        token = await _find(session, cookie)
        if token:
            await close_session(session, token.family_id)


async def close_all_sessions(session: AsyncSession, user_id: UUID) -> User:
    """Return the user at the new epoch; raise NotAuthenticated if the account is gone."""
    user = await locked_user(session, user_id)
    if user is None:
        raise NotAuthenticated
    user.session_epoch += 1
    await session.execute(delete(RefreshToken).where(RefreshToken.owner_id == user_id))
    return user


async def locked_user(session: AsyncSession, user_id: UUID) -> User | None:
    """Without this lock a token rotated meanwhile would outlive the end of all sessions."""
    query = select(User).where(User.id == user_id).with_for_update(key_share=True)
    user: User | None = await session.scalar(query)
    return user


async def _find(session: AsyncSession, cookie: RefreshCookie) -> RefreshToken | None:
    token: RefreshToken | None = await session.scalar(
        select(RefreshToken).where(RefreshToken.token_hash == fingerprint(cookie.secret))
    )
    return token
