"""Reads server-sent events as a browser does, line by line."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2


@dataclass(frozen=True)
class SseEvent:
    """`name` is empty for unnamed events."""

    id: str
    name: str
    data: dict[str, Any]

    @property
    def token(self) -> str:
        return str(self.data.get("token", "")) if not self.name else ""


async def events_of(response: httpx2.Response) -> AsyncIterator[SseEvent]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            assert name in ("id", "event", "data"), line
            fields[name] = value
        elif fields:
            yield SseEvent(
                fields.get("id", ""), fields.get("event", ""), json.loads(fields["data"])
            )
            fields = {}


async def post_stream(
    http: httpx2.AsyncClient, url: str, body: Mapping[str, object]
) -> list[SseEvent]:
    async with http.stream("POST", url, json=body) as response:
        assert response.status_code == 200, await response.aread()
        return [event async for event in events_of(response)]


def text_of(events: list[SseEvent]) -> str:
    return "".join(event.token for event in events)
