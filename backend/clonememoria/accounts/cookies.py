"""The refresh cookie on its way to and from the browser; scripts never see it."""

from typing import Annotated, Final

from fastapi import Cookie, Request, Response

from clonememoria.accounts.sessions import RefreshCookie
from clonememoria.core.config import Settings

COOKIE_NAME: Final = "clonememoria_refresh"
SECONDS_PER_DAY: Final = 86_400

CookieValue = Annotated[
    str | None,
    Cookie(alias=COOKIE_NAME, description="Set by register, login and refresh."),
]


def set_cookie(
    response: Response, cookie: RefreshCookie, *, request: Request, settings: Settings
) -> None:
    response.set_cookie(
        COOKIE_NAME,
        str(cookie),
        max_age=settings.refresh_token_days * SECONDS_PER_DAY,
        path=_path(request),
        secure=_is_secure(request, settings),
        httponly=True,
        samesite="strict",
    )


def clear_cookie(response: Response, *, request: Request, settings: Settings) -> None:
    response.delete_cookie(
        COOKIE_NAME,
        path=_path(request),
        secure=_is_secure(request, settings),
        httponly=True,
        samesite="strict",
    )


def _path(request: Request) -> str:
    """`/api/auth`, or `/api/v1/auth` for those who came that way."""
    return request.url.path.rpartition("/")[0]


def _is_secure(request: Request, settings: Settings) -> bool:
    return settings.is_production or request.url.scheme == "https"
