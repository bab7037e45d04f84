"""What Anthropic's vendor asks for, and what its own errors mean."""

from collections.abc import Sequence
from typing import cast

import pytest

from clonememoria.core.errors import ProviderMalformed, ProviderRejected
from clonememoria.providers.catalog import Providers
from clonememoria.providers.http import NO_CREDIT, NO_MODEL, TOO_LONG
from clonememoria.providers.llm.base import (
    ChatMessage,
    Completion,
    Finish,
    LanguageModel,
    Role,
    Usage,
)
from tests.contract.talk import listen
from tests.fakes.api_server import FakeServer


@pytest.fixture
def llm(providers: Providers) -> LanguageModel:
    return providers.llm("anthropic")


@pytest.fixture
def upstream(upstreams: dict[str, FakeServer]) -> FakeServer:
    return upstreams["anthropic"]


def last_body(upstream: FakeServer) -> dict[str, object]:
    return cast(dict[str, object], upstream.state.recent[-1]["body"])


async def said(llm: LanguageModel, *messages: tuple[Role, str]) -> Finish | str:
    """The last item of the answer."""
    asked = tuple(ChatMessage(role, content) for role, content in messages)
    items = llm.stream(Completion(asked, model="fake-n3", temperature=1.7, max_tokens=50))
    return [item async for item in items][-1]


async def test_the_system_prompt_goes_where_the_api_wants_it(
    llm: LanguageModel, upstream: FakeServer
) -> None:
    await said(llm, ("system", "You are Mei."), ("user", "How hot?"))

    assert last_body(upstream) == {
        "model": "fake-n3",
        "system": "You are Mei.",
        "messages": [{"role": "user", "content": "How hot?"}],
        "max_tokens": 50,
        "stream": True,
    }


async def test_cached_input_counts_as_input(llm: LanguageModel) -> None:
    assert await said(llm, ("user", "tea?")) == Finish("stop", Usage(10, 3))


@pytest.mark.parametrize(
    ("messages", "sent"),
    [
        ([("user", "a"), ("user", "b")], [("user", "a\n\nb")]),
        ([("user", "a"), ("assistant", " "), ("user", "b")], [("user", "a\n\nb")]),
        ([("user", "a"), ("assistant", "\ud800")], [("user", "a"), ("assistant", "\ufffd")]),
    ],
)
async def test_any_history_is_sent_as_turns_that_the_api_takes(
    llm: LanguageModel,
    upstream: FakeServer,
    messages: Sequence[tuple[Role, str]],
    sent: Sequence[tuple[str, str]],
) -> None:
    await said(llm, *messages)

    turns = cast(list[dict[str, str]], last_body(upstream)["messages"])
    assert [(turn["role"], turn["content"]) for turn in turns] == sent


@pytest.mark.parametrize(
    ("model", "effort"),
    [
        ("claude-sonnet-4-6", None),
        ("claude-haiku-4-5-20251001", None),
        ("claude-sonnet-5", {"effort": "low"}),
        ("claude-opus-5-5", {"effort": "low"}),
    ],
)
async def test_a_model_that_thinks_first_is_told_to_be_quick(
    llm: LanguageModel, upstream: FakeServer, model: str, effort: object
) -> None:
    await listen(llm, model=model)

    assert last_body(upstream).get("output_config") == effort


ADVISED = [
    ("402", NO_CREDIT),
    ("404", NO_MODEL),
    ("413", TOO_LONG),
    ("400:prompt is too long: 210000 tokens > 200000 maximum", TOO_LONG),
    ("400:Your credit balance is too low to access the API", NO_CREDIT),
]


@pytest.mark.parametrize(("fault", "advice"), ADVISED)
async def test_a_refused_request_says_what_to_do_about_it(
    llm: LanguageModel, upstream: FakeServer, fault: str, advice: str
) -> None:
    upstream.state.plan_faults([fault])

    error = (await listen(llm)).error

    assert isinstance(error, ProviderRejected)
    assert error.detail == advice


async def test_an_answer_without_its_last_event_is_not_complete(
    llm: LanguageModel, upstream: FakeServer
) -> None:
    upstream.state.plan_faults(["nodone"])

    heard = await listen(llm)

    assert type(heard.error) is ProviderMalformed
    assert len(heard.tokens) == 20
