"""How somebody gets in: attempts are counted, proof is checked, tokens are handed out."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, cast

from fastapi import Depends, Request, Response
from sqlalchemy import select

from clonememoria.accounts import schemas
from clonememoria.accounts.cookies import set_cookie
from clonememoria.accounts.identity import AccessKey
from clonememoria.accounts.sessions import LiveSession, locked_user, open_session
from clonememoria.core.db import Database
from clonememoria.core.errors import BadCredentials
from clonememoria.core.limits import AppLimits, ClientAddress
from clonememoria.core.security import AccessClaims, Passwords, sign_access_token
from clonememoria.core.web import AppDatabase, AppSettings
from clonememoria.models import User

# Many people may share an address, but not thousands.
ACCOUNTS_PER_ADDRESS: Final = 10


def passwords_of(request: Request) -> Passwords:
    return cast(Passwords, request.app.state.passwords)


AppPasswords = Annotated[Passwords, Depends(passwords_of)]


async def user_with_password(
    database: Database, passwords: Passwords, *, email: str, password: str
) -> User:
    """Raise BadCredentials, in the same time whether or not there is such an account."""
    async with database.as_email(email) as session:
        user: User | None = await session.scalar(select(User).where(User.email == email))
    stored_hash = user.password_hash if user else None
    if not await passwords.is_right(password, stored_hash) or user is None:
        raise BadCredentials
    return user


@dataclass(frozen=True, slots=True)
class SignIn:
    """What register, login, token, refresh and a changed password have in common."""

    request: Request
    response: Response
    address: ClientAddress
    database: AppDatabase
    key: AccessKey
    limits: AppLimits
    passwords: AppPasswords
    settings: AppSettings

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=self.settings.refresh_token_days)

    async def count_attempt(self, email: str) -> None:
        per_minute = self.settings.rate_limit_login_per_minute
        await self.limits.count(
            f"sign-in {self.address}", per_minute=per_minute * ACCOUNTS_PER_ADDRESS
        )
        await self.limits.count(f"sign-in {self.address} {email}", per_minute=per_minute)

    async def with_password(self, email: str, password: str) -> schemas.SignedIn:
        await self.count_attempt(email)
        proven = await user_with_password(
            self.database, self.passwords, email=email, password=password
        )
        async with self.database.as_user(proven.id) as session:
            user = await locked_user(session, proven.id)
            # The password may have been changed while it was being checked.
            if user is None or user.password_hash != proven.password_hash:
                raise BadCredentials
            live = await open_session(session, user, lifetime=self.lifetime)
        return self.answer(live)

    def answer(self, live: LiveSession) -> schemas.SignedIn:
        set_cookie(self.response, live.cookie, request=self.request, settings=self.settings)
        # Tokens must not stay in a cache on the way.
        self.response.headers["Cache-Control"] = "no-store"
        lifetime = timedelta(minutes=self.settings.access_token_minutes)
        claims = AccessClaims(live.user.id, live.id, live.user.session_epoch)
        return schemas.SignedIn(
            access_token=sign_access_token(claims, key=self.key, lifetime=lifetime),
            expires_in=int(lifetime.total_seconds()),
            user=schemas.User.model_validate(live.user),
        )


AppSignIn = Annotated[SignIn, Depends()]
