"""Turns every failure into problem+json (RFC 9457), in words that a client can act on."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, TypedDict, cast

import structlog
from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from clonememoria.core.db import UNREACHABLE
from clonememoria.core.errors import AppError, DatabaseUnavailable, TooLarge
from clonememoria.core.security_headers import SECURITY_HEADERS

log = structlog.get_logger()

PROBLEM_TYPE: Final = "application/problem+json"
MAX_NAMED_ERRORS: Final = 20
NOT_JSON: Final = "The body must be a JSON object; send it with Content-Type: application/json"

Context = Mapping[str, object]


class _Invalid(TypedDict):
    """What pydantic says of one field."""

    type: str
    loc: Sequence[str | int]
    msg: str
    ctx: Context


def _size(limits: Context, key: str) -> str:
    # Of a secret text pydantic speaks as of a list, and calls it a value.
    what = "items" if limits.get("field_type", "Value") != "Value" else "characters"
    return f"{limits[key]} {what}"


def _too_short(limits: Context) -> str:
    return f"must have at least {_size(limits, 'min_length')}"


def _too_long(limits: Context) -> str:
    return f"must have at most {_size(limits, 'max_length')}"


# Pydantic's own words speak of items, instances and model attributes.
SAYS: Final[Mapping[str, Callable[[Context], str]]] = {
    "json_invalid": lambda limits: f"The body is not valid JSON: {limits['error']}",
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is no field of this",
    "string_type": lambda _: "must be a text",
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "too_short": _too_short,
    "too_long": _too_long,
}


def problem(error: AppError) -> JSONResponse:
    status = HTTPStatus(error.status)
    body = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": correlation_id.get() or "",
        "retryable": error.retryable,
        **error.extra,
    }
    headers = {}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s or 1)))
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, error.status, headers=headers, media_type=PROBLEM_TYPE)


class _FrameworkError(AppError):
    """An error that Starlette raised by itself: no such route, no such method."""

    def __init__(self, raised: HTTPException) -> None:
        phrase = HTTPStatus(raised.status_code).phrase
        self.status, self.title = raised.status_code, phrase
        self.code = phrase.lower().replace(" ", "_").replace("-", "_")
        super().__init__(str(raised.detail))


async def _on_app_error(_request: Request, error: Exception) -> JSONResponse:
    return problem(cast(AppError, error))


async def _on_framework_error(_request: Request, error: Exception) -> JSONResponse:
    raised = cast(HTTPException, error)
    is_large = raised.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    answer = problem(TooLarge(raised.detail) if is_large else _FrameworkError(raised))
    answer.headers.update(raised.headers or {})
    return answer


class _ValidationFailed(AppError):
    status, code, title = 422, "validation_error", "The request is not valid"


def _msg(found: _Invalid) -> str:
    if len(found["loc"]) == 1 and found["loc"][0] == "body":
        return NOT_JSON
    say = SAYS.get(found["type"])
    return say(found.get("ctx", {})) if say else found["msg"].removeprefix("Value error, ")


def _sentence(found: _Invalid) -> str:
    where = ".".join(map(str, found["loc"][1:]))
    return f"{where}: {_msg(found)}" if where and found["type"] != "json_invalid" else _msg(found)


async def _on_invalid(_request: Request, error: Exception) -> JSONResponse:
    found = cast(Sequence[_Invalid], cast(RequestValidationError, error).errors())
    # Without the input: it may be a password, or bytes that JSON cannot carry.
    errors = [{"loc": list(e["loc"]), "msg": _msg(e)} for e in found[:MAX_NAMED_ERRORS]]
    return problem(_ValidationFailed(_sentence(found[0]), extra={"errors": errors}))


async def _on_database_error(_request: Request, error: Exception) -> JSONResponse:
    log.error("database_failed", kind=type(error).__name__)
    return problem(DatabaseUnavailable())


async def _on_unexpected(_request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected_error", exc_info=error)
    answer = problem(AppError("Something went wrong here; the request id finds it in the log"))
    # Starlette sends this one from outside of all middleware.
    answer.headers.update({**SECURITY_HEADERS, "X-Request-ID": correlation_id.get() or ""})
    return answer


def install_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(AppError, _on_app_error)
    app.add_exception_handler(HTTPException, _on_framework_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    for absence in UNREACHABLE:
        app.add_exception_handler(absence, _on_database_error)
    app.add_exception_handler(Exception, _on_unexpected)
