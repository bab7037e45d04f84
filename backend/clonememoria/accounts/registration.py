"""How an account comes to be: the first one is the admin's, and gets the installation started."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Final, cast
from uuid import UUID

import structlog
from fastapi import Depends, Request
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.accounts.schemas import Registration
from clonememoria.accounts.sessions import LiveSession, open_session
from clonememoria.core.db import Database
from clonememoria.core.errors import EmailTaken, SignupClosed
from clonememoria.models import Installation, User

log = structlog.get_logger()

INSTALLATION_ID: Final = 1

Welcome = Callable[[User], Awaitable[None]]


def welcome_of(request: Request) -> Welcome:
    return cast(Welcome, request.app.state.welcome)


AppWelcome = Annotated[Welcome, Depends(welcome_of)]


async def register(
    database: Database,
    registration: Registration,
    *,
    password_hash: str,
    is_open: bool,
    lifetime: timedelta,
) -> LiveSession:
    """Raise EmailTaken, or SignupClosed for everybody but the first."""
    user_id = uuid7()
    async with database.as_user(user_id) as session:
        is_first = await _claim_installation(session, user_id)
        if not (is_first or is_open):
            raise SignupClosed
        user = await session.scalar(
            insert(User)
            .values(
                id=user_id,
                email=registration.email,
                password_hash=password_hash,
                display_name=registration.display_name or registration.email.partition("@")[0],
                role="admin" if is_first else "user",
            )
            .on_conflict_do_nothing(index_elements=[User.email])
            .returning(User)
        )
        if user is None:
            raise EmailTaken
        return await open_session(session, user, lifetime=lifetime)


async def _claim_installation(session: AsyncSession, user_id: UUID) -> bool:
    """Two first sign-ups wait for each other here, so that one of them is the first."""
    claim = (
        insert(Installation)
        .values(id=INSTALLATION_ID, first_user_id=user_id)
        .on_conflict_do_nothing()
        .returning(Installation.id)
    )
    return await session.scalar(claim) is not None


async def greet(welcome: Welcome, user: User) -> None:
    """A welcome that fails is a matter for the log: the account exists all the same."""
    (outcome,) = await asyncio.gather(welcome(user), return_exceptions=True)
    if isinstance(outcome, Exception):
        log.error("welcome_failed", user_id=str(user.id), exc_info=outcome)
