"""How routes document their failures in the OpenAPI schema; raises none of them itself."""

from http import HTTPStatus
from typing import Any, Final, TypeAlias
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from clonememoria.core.problems import PROBLEM_TYPE

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

PROBLEM_SCHEMA: Final = {"$ref": "#/components/schemas/Problem"}
UNREADABLE_BODY: Final = {
    "description": "The body cannot be read at all",
    "content": {PROBLEM_TYPE: {"schema": PROBLEM_SCHEMA}},
}


class InvalidField(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"loc": ["body", "name"], "msg": "is missing"}}
    )

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
    document_id: UUID | None = Field(None, description="Of a duplicate: the one that is there.")
    document_title: str | None = None


def problems(*statuses: int) -> Responses:
    """For `responses=` of a router or a route."""
    return {
        status: {"model": Problem, "description": MEANINGS.get(status, HTTPStatus(status).phrase)}
        for status in statuses
    }


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """For `openapi_extra=` of a route that reads its body itself."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def install_openapi(app: FastAPI) -> None:
    generate = app.openapi

    def described() -> dict[str, Any]:
        is_new = app.openapi_schema is None
        schema = generate()
        if is_new:
            _complete(schema)
        return schema

    app.openapi = described  # type: ignore[method-assign]  # the way FastAPI documents


def _complete(schema: dict[str, Any]) -> None:
    """What FastAPI cannot know: our one shape of errors, and that a docstring's head is a title."""
    for path in schema["paths"].values():
        for operation in path.values():
            _use_docstring(operation)
            _use_problems(operation)
    for unused in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(unused, None)


def _use_docstring(operation: dict[str, Any]) -> None:
    title, _, text = operation.get("description", "").partition("\n")
    if title:
        operation["summary"] = title.rstrip(".")
        operation["description"] = text.strip()


def _use_problems(operation: dict[str, Any]) -> None:
    if "requestBody" in operation:
        operation["responses"].setdefault("400", UNREADABLE_BODY)
    for status, response in operation["responses"].items():
        if status >= "400":
            _use_problem(response)


def _use_problem(response: dict[str, Any]) -> None:
    content = response.get("content", {})
    schema = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    # Not so the answers of /health: they have a shape of their own, whatever their status.
    if schema.endswith(("/Problem", "/HTTPValidationError")):
        response["content"] = {PROBLEM_TYPE: {"schema": PROBLEM_SCHEMA}}
