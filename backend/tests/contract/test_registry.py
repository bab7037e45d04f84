"""Providers are found by name, loaded late, and refused with the names that would do."""

import subprocess
import sys
from typing import Self

import pytest
from pydantic import SecretStr

from clonememoria.core.config import Settings
from clonememoria.core.errors import UnknownProvider
from clonememoria.providers.catalog import Providers
from clonememoria.providers.llm.base import LanguageModel
from clonememoria.providers.llm.dummy import DummyLanguageModel
from clonememoria.providers.registry import KINDS, VENDORS, Registry, Vendor
from tests.contract.talk import listen
from tests.fakes.openai_server import FakeOpenAI


class ParrotLanguageModel(DummyLanguageModel):
    """A vendor that somebody else wrote."""

    name = "parrot"

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(delay_s=0)


PARROT = Vendor("parrot", f"{__name__}:ParrotLanguageModel")


@pytest.fixture
def bare() -> Settings:
    return Settings(_env_file=None, openai_api_key=None)


async def test_a_newly_registered_vendor_is_built_and_answers(bare: Settings) -> None:
    registry: Registry[LanguageModel] = Registry([*VENDORS["llm"], PARROT], bare)

    heard = await listen(registry.get("parrot"))

    assert "parrot" in registry.configured
    assert "80 degrees" in heard.text


def test_an_unknown_name_is_refused_with_the_allowed_ones(bare: Settings) -> None:
    with pytest.raises(UnknownProvider, match="'gpt' does not exist; choose one of: dummy"):
        Providers(bare).llm("gpt")


def test_a_vendor_without_key_and_address_is_not_configured(bare: Settings) -> None:
    with pytest.raises(UnknownProvider, match="'openai' is not configured here"):
        Providers(bare).embeddings("openai")


def test_the_common_openai_key_configures_every_kind() -> None:
    settings = Settings(_env_file=None, openai_api_key=SecretStr("sk-test"))

    for known in KINDS:
        assert {"dummy", "openai"} <= set(Providers(settings).configured(known))


async def test_a_base_url_without_key_is_enough(providers: Providers, upstream: FakeOpenAI) -> None:
    await listen(providers.llm("openai"))

    assert upstream.state.recent[-1]["auth"] == "Bearer unuse"


def test_each_vendor_is_built_once(bare: Settings) -> None:
    providers = Providers(bare)

    assert providers.llm("dummy") is providers.llm("dummy")


def test_no_sdk_is_imported_before_it_is_chosen() -> None:
    script = (
        "import sys; from clonememoria.core.config import Settings;"
        "from clonememoria.providers.catalog import Providers;"
        "Providers(Settings(_env_file=None)).llm('dummy');"
        "sys.exit(bool({'openai', 'anthropic'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


async def test_the_catalog_tells_what_is_configured_and_what_it_offers(
    providers: Providers,
) -> None:
    llm = {info.name: info for info in await providers.catalog("llm")}
    tts = {info.name: info for info in await providers.catalog("tts")}

    assert llm["dummy"].is_default
    assert llm["openai"].is_healthy
    assert llm["openai"].choices[0] == "fake-n20"
    assert "fake" in llm["openai"].choices
    assert "alloy" in tts["openai"].choices


async def test_a_vendor_that_is_down_is_listed_as_unhealthy(
    settings: Settings, upstream: FakeOpenAI
) -> None:
    upstream.state.plan_faults(["500"], path="/v1/models")
    providers = Providers(settings)

    (info,) = [i for i in await providers.catalog("llm") if i.name == "openai"]

    assert info.is_configured
    assert info.is_healthy is False
    assert info.choices == ("fake-n20",)
    await providers.aclose()
