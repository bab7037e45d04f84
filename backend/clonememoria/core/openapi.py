"""How routes document their failures in the OpenAPI schema; raises none of them itself."""

from http import HTTPStatus
from typing import Any, Final, TypeAlias

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

from clonememoria.core.web import PROBLEM_TYPE

Responses: TypeAlias = dict[int | str, dict[str, Any]]

MEANINGS: Final = {
    401: "Nobody is logged in, or the token is not valid",
    403: "It can be seen, but not done by you",
    404: "It does not exist, or is not shared with you",
    409: "It conflicts with what is there",
    413: "It is larger than the limit",
    415: "Its type cannot be read",
    422: "The request is not valid; `errors` says where",
    429: "Too often; `Retry-After` says when to come back",
    503: "A service that this needs is down; `Retry-After` says when to try again",
}


class InvalidField(BaseModel):
    loc: list[str | int]
    msg: str


class Problem(BaseModel):
    """Every failure, as RFC 9457 has it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "This clone does not exist or is not shared with you",
                "status": 404,
                "detail": "This clone does not exist or is not shared with you",
                "code": "clone_not_found",
                "request_id": "019367f5-58ea-7c02-b2b5-1b9ff1cf1d2c",
                "retryable": False,
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    retryable: bool
    errors: list[InvalidField] | None = None


def problems(*statuses: int) -> Responses:
    """For `responses=` of a router or a route."""
    return {
        status: {"model": Problem, "description": MEANINGS.get(status, HTTPStatus(status).phrase)}
        for status in statuses
    }


def install_openapi(app: FastAPI) -> None:
    generate = app.openapi

    def described() -> dict[str, Any]:
        schema = generate()
        _say_problem_type(schema)
        return schema

    app.openapi = described  # type: ignore[method-assign]


def _say_problem_type(schema: dict[str, Any]) -> None:
    """FastAPI files an error model under application/json; ours are sent as problem+json."""
    for path in schema["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if status >= "400" and "application/json" in content:
                    content[PROBLEM_TYPE] = content.pop("application/json")
