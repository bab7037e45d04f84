"""Every registered language model streams, finishes, counts and lets itself be interrupted."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import pytest

from clonememoria.providers.catalog import Providers
from clonememoria.providers.llm.base import Finish
from clonememoria.providers.registry import VENDORS
from tests.contract.talk import completion, listen

every_llm = pytest.mark.parametrize("name", [vendor.name for vendor in VENDORS["llm"]])


@every_llm
async def test_tokens_come_first_and_one_finish_comes_last(providers: Providers, name: str) -> None:
    heard = await listen(providers.llm(name))

    assert heard.error is None
    assert len(heard.tokens) > 3
    assert all(heard.tokens), "no token is empty"
    assert heard.finish is not None
    assert heard.finish.reason == "stop"


@every_llm
async def test_usage_is_counted(providers: Providers, name: str) -> None:
    heard = await listen(providers.llm(name))

    assert heard.finish is not None
    assert heard.finish.usage.prompt_tokens > 0
    assert heard.finish.usage.completion_tokens == len(heard.tokens)


@every_llm
async def test_the_limit_of_tokens_is_kept(providers: Providers, name: str) -> None:
    heard = await listen(providers.llm(name), max_tokens=5)

    assert len(heard.tokens) == 5
    assert heard.finish is not None
    assert heard.finish.reason == "length"


@every_llm
async def test_the_same_question_gets_the_same_answer(providers: Providers, name: str) -> None:
    llm = providers.llm(name)

    assert (await listen(llm)).text == (await listen(llm)).text


@every_llm
async def test_a_stream_can_be_left_and_the_model_asked_again(
    providers: Providers, name: str
) -> None:
    llm = providers.llm(name)
    items = llm.stream(completion("How hot is green tea brewed?", model=llm.default_model))
    async with aclosing(cast(AsyncGenerator[str | Finish], items)) as stream:
        assert await anext(stream)

    assert (await listen(llm)).finish is not None


@every_llm
async def test_ten_streams_at_once_do_not_mix(providers: Providers, name: str) -> None:
    llm = providers.llm(name)
    alone = (await listen(llm)).text

    together = await asyncio.gather(*(listen(llm) for _ in range(10)))

    assert {heard.text for heard in together} == {alone}


@every_llm
async def test_the_default_model_is_offered_first(providers: Providers, name: str) -> None:
    llm = providers.llm(name)

    assert (await llm.models())[0] == llm.default_model
