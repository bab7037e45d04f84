"""Reads a JSON body with a long text in it: after its sender is known, and no more than a text."""

import asyncio
from functools import cache
from typing import Final, TypeVar

import msgspec
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from msgspec import UNSET, UnsetType
from pydantic import BaseModel, ValidationError

from clonememoria.knowledge.upload import limited_stream

# Ten million characters, and the escapes of a usual text.
MAX_BYTES: Final = 12 * 1024 * 1024

Model = TypeVar("Model", bound=BaseModel)


async def received_body(request: Request, model: type[Model]) -> Model:
    """`model` has texts and numbers for fields; raise TooLarge, or RequestValidationError."""
    body = b"".join([data async for data in limited_stream(request, MAX_BYTES)])
    try:
        return await asyncio.to_thread(_read, body, model)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in found]) from error


def _read(body: bytes, model: type[Model]) -> Model:
    return model.model_validate(_texts_in(body, model))


def _texts_in(body: bytes, model: type[BaseModel]) -> dict[str, str | int | None]:
    """Not by pydantic, which builds 12 MB of `[{},{},…]` in a second and 900 MB to refuse it."""
    try:
        sent = msgspec.json.decode(body, type=_texts_of(model))
    except msgspec.ValidationError as error:
        raise _invalid("string_type", str(error), at=str(error).partition("$.")[2]) from error
    # A lone surrogate is no msgspec error, but one of the codec.
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _invalid("json_invalid", str(error)) from error
    values = msgspec.structs.asdict(sent)
    return {name: value for name, value in values.items() if value is not UNSET}


@cache
def _texts_of(model: type[BaseModel]) -> type[msgspec.Struct]:
    fields = [(name, str | int | None | UnsetType, UNSET) for name in model.model_fields]
    return msgspec.defstruct(f"TextsOf{model.__name__}", fields)


def _invalid(kind: str, reason: str, *, at: str = "") -> RequestValidationError:
    field = (at.rstrip("`"),) if at else ()
    found = {"type": kind, "loc": ("body", *field), "msg": reason, "ctx": {"error": reason}}
    return RequestValidationError([found])
