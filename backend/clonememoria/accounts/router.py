"""The routes under /api/auth: sign up, log in, stay logged in, and one's own account."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import delete, update

from clonememoria.accounts import schemas
from clonememoria.accounts.cookies import CookieValue, clear_cookie
from clonememoria.accounts.identity import CurrentUser, UserSession, ValidClaims
from clonememoria.accounts.registration import AppWelcome, greet, register
from clonememoria.accounts.sessions import (
    RefreshCookie,
    close_all_sessions,
    close_session,
    close_session_of,
    open_session,
    rotate,
)
from clonememoria.accounts.signin import AppSignIn
from clonememoria.core.errors import InvalidInput, NotAuthenticated
from clonememoria.core.openapi import problems
from clonememoria.core.web import AppDatabase, AppSettings
from clonememoria.models import User

router = APIRouter(responses=problems(422, 503))


@router.post("/register", status_code=201, responses=problems(403, 409, 429))
async def register_account(
    registration: schemas.Registration, *, sign_in: AppSignIn, welcome: AppWelcome
) -> schemas.SignedIn:
    """Sign up.

    Creates an account and logs in to it, as `login` does. The first account of an installation
    is its admin's.
    """
    await sign_in.count_attempt(registration.email)
    live = await register(
        sign_in.database,
        registration,
        password_hash=await sign_in.passwords.hash(registration.password.get_secret_value()),
        is_open=sign_in.settings.allow_signup,
        lifetime=sign_in.lifetime,
    )
    await greet(welcome, live.user)
    return sign_in.answer(live)


@router.post("/login", responses=problems(401, 429))
async def log_in(credentials: schemas.Credentials, sign_in: AppSignIn) -> schemas.SignedIn:
    """Log in.

    Sets the HttpOnly refresh cookie. An unknown e-mail and a wrong password get the same answer.
    """
    return await sign_in.with_password(credentials.email, credentials.password.get_secret_value())


@router.post("/token", responses=problems(401, 429))
async def log_in_by_form(
    grant: Annotated[schemas.PasswordGrant, Form()], sign_in: AppSignIn
) -> schemas.SignedIn:
    """Log in with an OAuth2 password form.

    The same as `login`, for tools that speak OAuth2; `username` is the e-mail.
    """
    return await sign_in.with_password(grant.username, grant.password.get_secret_value())


@router.post("/refresh", responses=problems(401))
async def refresh(sign_in: AppSignIn, cookie: CookieValue = None) -> schemas.SignedIn:
    """Exchange the refresh cookie for a new one and an access token.

    Each cookie works once. Sending an old one again ends the whole session, because one of the
    two who have it must have stolen it.
    """
    if not cookie:
        raise NotAuthenticated
    live = await rotate(sign_in.database, RefreshCookie.parse(cookie), lifetime=sign_in.lifetime)
    return sign_in.answer(live)


@router.post("/logout", status_code=204)
async def log_out(
    request: Request,
    response: Response,
    *,
    claims: ValidClaims,
    database: AppDatabase,
    settings: AppSettings,
    cookie: CookieValue = None,
) -> None:
    """Log out: end the session of the refresh cookie, and of the access token if one is sent.

    What is not valid any more needs no ending: the answer is the same.
    """
    if claims:
        async with database.as_user(claims.user_id) as session:
            await close_session(session, claims.session_id)
    if cookie:
        with suppress(NotAuthenticated):
            await close_session_of(database, RefreshCookie.parse(cookie))
    clear_cookie(response, request=request, settings=settings)


@router.post("/logout-everywhere", status_code=204, responses=problems(401))
async def log_out_everywhere(user: CurrentUser, session: UserSession) -> None:
    """Log out on every device, at once."""
    await close_all_sessions(session, user.id)


@router.get("/me", responses=problems(401))
async def read_me(user: CurrentUser) -> schemas.User:
    """Read one's own account."""
    return schemas.User.model_validate(user)


@router.patch("/me", responses=problems(401))
async def change_me(
    patch: schemas.ProfilePatch, user: CurrentUser, session: UserSession
) -> schemas.User:
    """Change one's display name."""
    changed = await session.scalar(
        update(User)
        .where(User.id == user.id)
        .values(display_name=patch.display_name)
        .returning(User)
    )
    return schemas.User.model_validate(changed)


@router.delete("/me", status_code=204, responses=problems(401))
async def delete_me(
    user: CurrentUser,
    session: UserSession,
    *,
    request: Request,
    response: Response,
    settings: AppSettings,
) -> None:
    """Delete one's account and everything it owns: clones, documents, conversations."""
    await session.execute(delete(User).where(User.id == user.id))
    clear_cookie(response, request=request, settings=settings)


@router.post("/password", responses=problems(401, 429))
async def change_password(
    change: schemas.PasswordChange,
    user: CurrentUser,
    *,
    sign_in: AppSignIn,
) -> schemas.SignedIn:
    """Change one's password.

    Ends every session, at once, and answers with a new one for whoever asked.
    """
    await sign_in.count_attempt(user.email)
    current = change.current_password.get_secret_value()
    if not await sign_in.passwords.is_right(current, user.password_hash):
        raise InvalidInput("The current password is wrong", field=("body", "current_password"))
    password_hash = await sign_in.passwords.hash(change.new_password.get_secret_value())
    async with sign_in.database.as_user(user.id) as session:
        changed = await close_all_sessions(session, user.id)
        changed.password_hash = password_hash
        live = await open_session(session, changed, lifetime=sign_in.lifetime)
    return sign_in.answer(live)
