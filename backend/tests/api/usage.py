"""Shorthand for what the usage API answers in a test."""

from typing import cast

from tests.api.documents import Json
from tests.conftest import Person


async def usage_of(person: Person, **wanted: str | int) -> Json:
    answer = await person.http.get("/api/usage", params=wanted)
    assert answer.status_code == 200, answer.text
    return cast(Json, answer.json())
